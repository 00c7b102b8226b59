"""What is done with tables that are there: renamed, copied, appended to, dropped, listed, restored."""

from __future__ import annotations

import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from .own_tables import OwnTables
from .test_tables import BRIGHT, problem

CSV = b"id,name,ra\n1,Vega,279.23\n9007199254740993,007,10\n"


def test_a_renamed_table_keeps_its_rows_and_its_origin(mine: OwnTables) -> None:
    made = mine.create("bright", BRIGHT).json()
    renamed = mine.ask("POST", "/bright/rename", json={"name": "Brightest"})
    assert renamed.status_code == 200, renamed.text
    assert renamed.json() == {**made, "name": "Brightest"}
    assert mine.rows("SELECT COUNT(*) FROM mydb.brightest") == [["50"]]
    assert problem(mine.ask("GET", "/bright")) == (404, "not-found", "You have no table mydb.bright.")
    mine.create("bright", BRIGHT)
    assert problem(mine.ask("POST", "/bright/rename", json={"name": "BRIGHTEST"}))[:2] == (409, "conflict")
    assert problem(mine.ask("POST", "/bright/rename", json={"name": "no good"}))[:2] == (400, "usage")
    assert mine.names() == ["bright", "Brightest"]


def test_a_copy_lives_on_when_its_original_is_dropped(mine: OwnTables) -> None:
    made = mine.create("bright", BRIGHT).json()
    copied = mine.ask("POST", "/bright/copy", json={"name": "kept"})
    assert copied.status_code == 201, copied.text
    assert copied.json()["provenance"]["copyOf"] == "bright"
    assert copied.json()["provenance"]["query"] == BRIGHT
    assert mine.listed()["quota"]["usedBytes"] == 2 * made["bytes"]
    mine.ask("DELETE", "/bright")
    assert mine.rows("SELECT COUNT(*) FROM mydb.kept") == [["50"]]
    assert problem(mine.ask("POST", "/no_such/copy", json={"name": "x"}))[0] == 404
    assert problem(mine.ask("POST", "/kept/copy", json={"name": "KEPT"}))[0] == 409


def test_what_was_dropped_is_listed_until_it_is_restored(mine: OwnTables) -> None:
    first = mine.create("bright", BRIGHT).json()
    mine.ask("DELETE", "/bright")
    second = mine.create("bright", "SELECT TOP 3 hip FROM hipparcos.hip2").json()
    mine.ask("DELETE", "/bright")
    dropped = [one for one in mine.listed()["dropped"] if one["name"] == "bright"][:2]
    assert [one["id"] for one in dropped] == [second["id"], first["id"]]
    assert dropped[0]["until"] > dropped[0]["dropped"]
    assert mine.ask("POST", "/bright/restore").json()["rows"] == 3
    assert problem(mine.ask("POST", "/bright/restore"))[0] == 409
    back = mine.ask("POST", "/bright/restore", params={"id": first["id"], "as": "older"})
    assert (back.status_code, back.json()["rows"]) == (200, 50)
    assert mine.names() == ["bright", "older"]
    assert not {first["id"], second["id"]} & {one["id"] for one in mine.listed()["dropped"]}


def test_rows_of_a_query_are_appended_and_noted(mine: OwnTables) -> None:
    mine.create("stars", "SELECT TOP 5 hip, ra, dec, hpmag FROM hipparcos.hip2")
    added = mine.ask("POST", "/stars/rows", json={"query": "SELECT TOP 7 dec, hip FROM hipparcos.hip2"})
    assert added.status_code == 200, added.text
    table = added.json()
    assert (table["rows"], [column["name"] for column in table["columns"]]) == (
        12,
        ["hip", "ra", "dec", "hpmag"],
    )
    addition = table["provenance"]["additions"][0]
    assert (addition["rows"], addition["tables"][0]["name"]) == (7, "hipparcos.hip2")
    assert mine.rows("SELECT COUNT(*), COUNT(ra), COUNT(dec) FROM mydb.stars") == [["12", "5", "12"]]
    mine.ask("POST", "/stars/rows", json={"query": "SELECT * FROM mydb.stars"})
    assert mine.rows("SELECT COUNT(*) FROM mydb.stars") == [["24"]]
    status, _, sentence = problem(
        mine.ask(
            "POST", "/stars/rows", json={"query": "SELECT TOP 1 ra AS right_ascension FROM hipparcos.hip2"}
        )
    )
    assert status == 400
    assert "a column right_ascension which mydb.stars does not have; its columns are hip, ra," in sentence
    assert [one["name"] for one in mine.listed()["tables"]] == ["stars"]


def test_rows_of_files_are_appended_in_the_types_of_the_table(mine: OwnTables) -> None:
    mine.upload("up", "csv", CSV)
    for number in range(2):
        content = f"NAME,id\n0{number},{number}\n".encode()
        added = mine.ask("PUT", "/up/rows", params={"format": "csv", "file": "more.csv"}, data=content)
        assert added.status_code == 200, added.text
    assert [one["file"] for one in added.json()["provenance"]["additions"]] == ["more.csv", "more.csv"]
    out = io.BytesIO()
    pq.write_table(pa.table({"id": pa.array([5], pa.int32()), "ra": pa.array([7], pa.int16())}), out)
    assert mine.ask("PUT", "/up/rows", params={"format": "parquet"}, data=out.getvalue()).status_code == 200
    assert mine.rows("SELECT id, name, ra FROM mydb.up ORDER BY id, name") == [
        ["0", "00", ""],
        ["1", "01", ""],
        ["1", "Vega", "279.23"],
        ["5", "", "7"],
        ["9007199254740993", "007", "10"],
    ]
    refused = mine.ask("PUT", "/up/rows", params={"format": "csv"}, data=b"id\n1.5\n")
    assert "The column id cannot be long" in problem(refused)[2]
    assert mine.rows("SELECT COUNT(*) FROM mydb.up") == [["5"]]


def test_many_additions_stay_few_files(mine: OwnTables) -> None:
    mine.upload("up", "csv", b"n\n0\n")
    for number in range(1, 12):
        assert mine.ask("PUT", "/up/rows", params={"format": "csv"}, data=f"n\n{number}\n".encode()).ok
    numbers = [int(row[0]) for row in mine.rows("SELECT n FROM mydb.up ORDER BY n")]
    assert numbers == list(range(12))
    folder = mine.archive.folder / "work" / "mydb" / "researcher" / mine.ask("GET", "/up").json()["id"]
    assert len(list(folder.iterdir())) < 10


def test_types_are_guessed_and_can_be_corrected(mine: OwnTables) -> None:
    content = b"plate,run,when\n00123,1e3,2020-01-02\n45,7,\n"
    guessed = {c["name"]: c["datatype"] for c in mine.upload("up", "csv", content).json()["columns"]}
    assert guessed["run"] == "double"
    said = {"type": ["plate:char", "RUN:long"], "replace": "true"}
    refused = mine.ask("PUT", "/up", params={"format": "csv", **said}, data=content)
    assert problem(refused)[2].startswith("The column run cannot be long: ")
    said["type"] = ["plate:char", "RUN:float", "when:char"]
    made = mine.ask("PUT", "/up", params={"format": "csv", **said}, data=content)
    assert made.status_code == 201, made.text
    kinds = {c["name"]: c["datatype"] for c in made.json()["columns"]}
    assert kinds == {"plate": "unicodeChar", "run": "float", "when": "unicodeChar"}
    assert mine.rows('SELECT plate, run, "when" FROM mydb.up') == [
        ["00123", "1000", "2020-01-02"],
        ["45", "7", ""],
    ]
    wrong = mine.upload("other", "csv", content, type="colour:char")
    assert "has no column colour; its columns are plate, run, when" in problem(wrong)[2]
    assert (
        "type must be a column, a colon and one of"
        in problem(mine.upload("o", "csv", content, type="a:b"))[2]
    )


@pytest.mark.parametrize("what", ["rename", "copy", "rows", "index", "restore"])
def test_nobody_changes_the_tables_of_another(mine: OwnTables, theirs: OwnTables, what: str) -> None:
    mine.create("bright", BRIGHT)
    body = {"query": BRIGHT} if what == "rows" else {"name": "x"} if what in ("rename", "copy") else {}
    there = theirs.ask("POST", f"/bright/{what}", json=body)
    not_there = theirs.ask("POST", f"/no_such/{what}", json=body)
    assert there.status_code == not_there.status_code == 404
    assert there.text.replace("bright", "no_such") == not_there.text
    assert OwnTables(mine.archive, None).ask("POST", f"/bright/{what}", json=body).status_code == 401
    assert mine.names() == ["bright"]
