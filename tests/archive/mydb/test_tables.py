"""Making tables of queries, asking them, dropping and restoring them."""

from __future__ import annotations

import threading

import pytest
import requests

from ...support.fake_hub import FakeHub
from ...support.running_archive import RunningArchive
from ..tap.uws_client import JobClient
from .own_tables import OwnTables

BRIGHT = (
    "SELECT TOP 50 source_id, ra, dec, phot_g_mean_mag FROM gaia_dr3_g10.gaia_source ORDER BY source_id DESC"
)


def problem(answer: requests.Response) -> tuple[int, str, str]:
    said = answer.json()
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    return answer.status_code, said["slug"], said["detail"]


def test_a_table_of_a_query_keeps_identifiers_units_and_where_it_came_from(mine: OwnTables) -> None:
    made = mine.create("bright", BRIGHT)
    assert made.status_code == 201, made.text
    table = made.json()
    made_of = table["provenance"]
    assert (table["name"], table["rows"], made_of["query"], made_of["file"]) == ("bright", 50, BRIGHT, None)
    assert [read["name"] for read in made_of["tables"]] == ["gaia_dr3_g10.gaia_source"]
    assert made_of["tables"][0]["written"].startswith("20")
    assert made_of["job"]
    columns = {column["name"]: column for column in table["columns"]}
    assert columns["source_id"]["datatype"] == "long"
    assert (columns["ra"]["unit"], columns["ra"]["ucd"]) == ("deg", "pos.eq.ra;meta.main")
    assert columns["phot_g_mean_mag"]["unit"] == "mag"
    original = mine.rows(BRIGHT)
    assert mine.rows("SELECT * FROM mydb.bright ORDER BY source_id DESC") == original
    assert int(original[0][0]) > 2**53
    again = mine.create("brighter", "SELECT * FROM MyDB.Bright").json()
    assert {c["name"]: c["unit"] for c in again["columns"]} == {n: c["unit"] for n, c in columns.items()}
    listed = mine.listed()
    assert [t["name"] for t in listed["tables"]] == ["bright", "brighter"]
    assert listed["quota"]["usedBytes"] == sum(t["bytes"] for t in listed["tables"]) > 0


def test_a_table_joins_with_public_ones(mine: OwnTables) -> None:
    mine.create("bright", BRIGHT)
    joined = (
        "SELECT COUNT(*) FROM mydb.bright AS b "
        "JOIN gaia_dr3_g10.gaia_source AS g ON g.source_id = b.source_id"
    )
    assert mine.rows(joined) == [["50"]]


def test_a_job_reads_the_tables_of_its_owner(mine: OwnTables) -> None:
    mine.create("bright", BRIGHT)
    client = JobClient(mine.archive, mine.token)
    job_id = client.create("SELECT COUNT(*) AS n FROM mydb.bright", RESPONSEFORMAT="csv")
    assert client.ended(job_id).phase == "COMPLETED"
    assert client.request("GET", f"/{job_id}/results/result").text.split() == ["n", "50"]


def test_nobody_sees_the_tables_of_another(
    mine: OwnTables, theirs: OwnTables, archive: RunningArchive
) -> None:
    mine.create("secret_stars", BRIGHT)
    assert theirs.names() == []
    there = theirs.archive.query("SELECT * FROM mydb.secret_stars", token=theirs.token)
    not_there = theirs.archive.query("SELECT * FROM mydb.no_such_one", token=theirs.token)
    assert there.status_code == not_there.status_code == 400
    assert there.text.replace("secret_stars", "X") == not_there.text.replace("no_such_one", "X")
    near = theirs.archive.query("SELECT * FROM mydb.secret_star", token=theirs.token)
    assert "secret_stars" not in near.text
    for method, path in (
        ("GET", "/secret_stars"),
        ("DELETE", "/secret_stars"),
        ("POST", "/secret_stars/restore"),
    ):
        assert theirs.ask(method, path).status_code == 404
    assert theirs.create("secret_stars", BRIGHT).status_code == 201
    assert mine.names() == ["secret_stars"]
    anonymous = archive.query("SELECT * FROM mydb.secret_stars")
    assert anonymous.status_code == 401
    assert OwnTables(archive, None).ask("GET").status_code == 401


def test_the_own_name_is_suggested_and_a_bare_name_stays_public(mine: OwnTables) -> None:
    mine.create("gaia_source", "SELECT TOP 1 source_id FROM gaia_dr3_g10.gaia_source")
    assert mine.rows("SELECT COUNT(*) FROM gaia_source") == [["482106"]]
    mine.create("my_stars", BRIGHT)
    refused = mine.archive.query("SELECT * FROM my_stars", token=mine.token, RESPONSEFORMAT="arrow").json()
    assert refused["suggestion"] == "mydb.my_stars"


def test_tables_are_among_the_tables_of_tap_for_their_owner_only(mine: OwnTables, theirs: OwnTables) -> None:
    mine.create("bright", BRIGHT)
    for tables, sees in ((mine, True), (theirs, False)):
        headers = {"Authorization": f"Bearer {tables.token}"}
        listed = requests.get(f"{tables.archive.tap}/tables", headers=headers, timeout=30).text
        assert ("mydb.bright" in listed) is sees
    assert "mydb" not in requests.get(f"{mine.archive.tap}/tables", timeout=30).text


def test_a_name_that_is_taken_is_refused_unless_it_is_to_be_replaced(mine: OwnTables) -> None:
    mine.create("bright", BRIGHT)
    status, slug, sentence = problem(mine.create("BRIGHT", BRIGHT))
    assert (status, slug) == (409, "conflict")
    assert "There is a table mydb.BRIGHT already" in sentence
    assert mine.create("bright", "SELECT TOP 3 source_id FROM mydb.bright", replace=True).json()["rows"] == 3
    assert mine.names() == ["bright"]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("", "begins with a letter"),
        ("1st", "begins with a letter"),
        ("a/b", "begins with a letter"),
        ("../x", "begins with a letter"),
        ("é", "begins with a letter"),
        ("a" * 65, "64 at most"),
        ("Select", "is a word of ADQL"),
    ],
)
def test_a_name_that_a_query_could_not_write_is_refused(mine: OwnTables, name: str, sentence: str) -> None:
    status, slug, said = problem(mine.create(name, BRIGHT))
    assert (status, slug) == (400, "usage")
    assert sentence in said


def test_a_query_that_fails_leaves_nothing(mine: OwnTables) -> None:
    answer = mine.create("bad", "SELECT phot_g_mean_mg FROM gaia_dr3_g10.gaia_source")
    status, slug, _ = problem(answer)
    assert (status, slug, answer.json()["suggestion"]) == (400, "query", "phot_g_mean_mag")
    late = "SELECT source_id, CAST(source_id AS SMALLINT) AS x FROM gaia_dr3_g10.gaia_source"
    assert mine.create("late", late).status_code == 400
    assert mine.names() == []
    assert mine.create("late", BRIGHT).status_code == 201


def test_of_two_that_make_one_name_one_wins(mine: OwnTables) -> None:
    answers: list[requests.Response] = []
    large = "SELECT * FROM gaia_dr3_g10.gaia_source"
    threads = [threading.Thread(target=lambda: answers.append(mine.create("race", large))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    losers = [problem(answer)[2] for answer in answers if answer.status_code == 409]
    assert all("mydb.race" in sentence for sentence in losers)
    assert mine.listed()["tables"][0]["rows"] == 482106


def test_a_dropped_table_can_be_restored(mine: OwnTables) -> None:
    mine.create("bright", BRIGHT)
    assert mine.ask("DELETE", "/bright").status_code == 204
    assert problem(mine.ask("DELETE", "/bright"))[:2] == (404, "not-found")
    assert mine.archive.query("SELECT * FROM mydb.bright", token=mine.token).status_code == 400
    assert mine.listed()["quota"]["usedBytes"] == 0
    assert mine.ask("POST", "/bright/restore").json()["rows"] == 50
    assert mine.rows("SELECT COUNT(*) FROM mydb.bright") == [["50"]]
    status, _, sentence = problem(mine.ask("POST", "/never_there/restore"))
    assert (status, "24 hours" in sentence) == (404, True)


def test_a_token_must_hold_the_scope(hub: FakeHub, archive: RunningArchive) -> None:
    base = ["access:services!service=archive"]
    reader = OwnTables(archive, hub.give("reader-only-000001", "researcher", [*base, "custom:archive:read"]))
    nothing = OwnTables(archive, hub.give("nothing-at-all-0001", "researcher", base))
    assert reader.ask("GET").status_code == 200
    assert problem(reader.create("x", BRIGHT))[:2] == (403, "forbidden")
    assert problem(reader.upload("x", "csv", b"a\n1\n"))[:2] == (403, "forbidden")
    assert problem(reader.ask("DELETE", "/x"))[:2] == (403, "forbidden")
    assert problem(nothing.ask("GET"))[:2] == (403, "forbidden")


@pytest.mark.parametrize(
    "body", ["", "{}", '{"name": "x"}', '{"name": "x", "query": "SELECT 1", "odd": 1}', "[1]"]
)
def test_a_body_that_does_not_say_what_to_make_is_refused(mine: OwnTables, body: str) -> None:
    status, slug, sentence = problem(mine.ask("POST", data=body))
    assert (status, slug) == (400, "usage")
    assert "name, query" in sentence


def test_tap_schema_lists_ones_own_tables_to_their_owner_alone(mine: OwnTables, theirs: OwnTables) -> None:
    listed = "SELECT table_name FROM tap_schema.tables WHERE schema_name = 'mydb'"
    assert mine.rows(listed) == []
    mine.create("bright", BRIGHT)
    theirs.create("secret", "SELECT TOP 1 hip FROM hipparcos.hip2")
    assert mine.rows(listed) == [["mydb.bright"]]
    assert theirs.rows(listed) == [["mydb.secret"]]
    assert OwnTables(mine.archive, None).rows(listed) == []
    described = mine.rows(
        "SELECT c.column_name, c.datatype, c.unit FROM tap_schema.columns AS c "
        "JOIN tap_schema.tables AS t ON t.table_name = c.table_name "
        "JOIN tap_schema.schemas AS s ON s.schema_name = t.schema_name "
        "WHERE t.schema_name = 'mydb' ORDER BY column_index"
    )
    assert described[:2] == [["source_id", "long", ""], ["ra", "double", "deg"]]
    public = OwnTables(mine.archive, None).rows("SELECT table_name FROM tap_schema.tables")
    assert [row for row in mine.rows("SELECT table_name FROM tap_schema.tables") if row not in public] == [
        ["mydb.bright"]
    ]
    mine.ask("DELETE", "/bright")
    assert mine.rows(listed) == []
