"""Tables indexed by position and by identifiers: only what is asked for is read, and every row is found."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import requests

from ...support.fake_hub import FakeHub
from ...support.running_archive import RunningArchive, running_archive
from .own_tables import OwnTables
from .test_tables import problem

MANY = "SELECT source_id, ra, dec, phot_g_mean_mag FROM gaia_dr3_g10.gaia_source WHERE phot_g_mean_mag < 9.2"
CONE = (
    "SELECT source_id FROM {} WHERE 1 = CONTAINS(POINT(ra, dec), CIRCLE(56.75, 24.1, 0.5)) ORDER BY source_id"
)


@pytest.fixture(scope="module")
def indexing_archive(
    tmp_path_factory: pytest.TempPathFactory, sample_data: Path, hub: FakeHub
) -> Iterator[RunningArchive]:
    """An archive in which large tables are indexed unasked."""
    folder = tmp_path_factory.mktemp("indexing")
    with running_archive(folder, sample_data, hub.api_url, mydb={"positionIndexRows": 150_000}) as archive:
        yield archive


@pytest.fixture(scope="module")
def large(indexing_archive: RunningArchive, token: str) -> OwnTables:
    """The tables of `researcher` there: `many` has more rows than are indexed unasked."""
    tables = OwnTables(indexing_archive, token)
    made = tables.create("many", MANY)
    assert made.status_code == 201, made.text
    assert made.json()["rows"] > 150_000
    return tables


def estimate(tables: OwnTables, query: str) -> dict[str, Any]:
    answer = requests.post(
        f"{tables.archive.base}/services/archive/explain",
        json={"query": query},
        headers={"Authorization": f"Bearer {tables.token}"},
        timeout=60,
    )
    assert answer.status_code == 200, answer.text
    estimated: dict[str, Any] = answer.json()
    return estimated


def bytes_read(tables: OwnTables, query: str) -> int:
    return int(estimate(tables, query)["bytes"])


def test_a_large_table_is_indexed_by_position_unasked(large: OwnTables) -> None:
    table = large.ask("GET", "/many").json()
    assert table["position"] == ["ra", "dec"]
    assert {column["name"] for column in table["columns"] if column["indexed"]} == {"ra", "dec"}
    assert large.rows(CONE.format("mydb.many")) == large.rows(
        f"SELECT source_id FROM ({MANY}) AS m WHERE source_id IN "
        f"({CONE.format('gaia_dr3_g10.gaia_source').replace(' ORDER BY source_id', '')}) ORDER BY source_id"
    )
    assert bytes_read(large, CONE.format("mydb.many")) < bytes_read(large, "SELECT * FROM mydb.many") / 3
    assert large.rows("SELECT COUNT(*) FROM mydb.many") == [[str(table["rows"])]]


def test_an_identifier_is_found_in_few_files(large: OwnTables) -> None:
    indexed = large.ask("POST", "/many/index", json={"column": "source_id", "unique": True})
    assert indexed.status_code == 200, indexed.text
    assert (indexed.json()["position"], indexed.json()["indexes"]) == (["ra", "dec"], ["source_id"])
    assert indexed.json()["provenance"]["query"] == MANY
    one = large.rows("SELECT TOP 1 source_id, ra FROM mydb.many WHERE dec > 40")[0]
    asked = f"SELECT source_id, ra FROM mydb.many WHERE source_id = {one[0]}"
    assert large.rows(asked) == [one]
    assert bytes_read(large, asked) < bytes_read(large, "SELECT * FROM mydb.many") / 3
    assert [entry["name"] for entry in large.listed()["dropped"]] == []


def test_a_crossmatch_with_an_indexed_table_finds_the_same(large: OwnTables) -> None:
    joined = (
        "SELECT COUNT(*) FROM mydb.many AS m JOIN hipparcos.hip2 AS h "
        "ON 1 = CONTAINS(POINT(m.ra, m.dec), CIRCLE(h.ra, h.dec, 1e0 / 3600))"
    )
    with_public = joined.replace("mydb.many", "gaia_dr3_g10.gaia_source") + " WHERE m.phot_g_mean_mag < 9.2"
    assert large.rows(joined) == large.rows(with_public)


def test_rows_appended_to_an_indexed_table_are_found(mine: OwnTables) -> None:
    generator = np.random.default_rng(7)
    ra = generator.uniform(-180, 360, 500).tolist()
    dec = np.degrees(np.arcsin(generator.uniform(-1, 1, 500))).tolist()
    lines = [f"{number},{a!r},{d!r}" for number, (a, d) in enumerate(zip(ra, dec, strict=True))]
    header = "id,ra,dec\n"
    mine.upload("up", "csv", (header + "\n".join(lines[:300]) + "\n").encode())
    indexed = mine.ask("POST", "/up/index", json={})
    assert indexed.json()["position"] == ["ra", "dec"], indexed.text
    mine.ask("POST", "/up/index", json={"column": "id"})
    more = mine.ask(
        "PUT", "/up/rows", params={"format": "csv"}, data=(header + "\n".join(lines[300:])).encode()
    )
    assert (more.json()["rows"], more.json()["indexes"]) == (500, ["id"])
    for number in (0, 299, 300, 499):
        near = f"1 = CONTAINS(POINT(ra, dec), CIRCLE({ra[number] % 360!r}, {dec[number]!r}, 1e-5))"
        assert mine.rows(f"SELECT id FROM mydb.up WHERE {near}") == [[str(number)]]
        assert mine.rows(f"SELECT id FROM mydb.up WHERE id = {number}") == [[str(number)]]
    copied = mine.ask("POST", "/up/copy", json={"name": "copied"}).json()
    assert copied["position"] == ["ra", "dec"]
    assert mine.rows("SELECT COUNT(*) FROM mydb.copied WHERE id < 10") == [["10"]]


def test_a_table_without_positions_is_kept_in_the_order_of_a_column(mine: OwnTables) -> None:
    mine.upload("up", "csv", b"name,n\nb,2\na,1\n,3\n")
    indexed = mine.ask("POST", "/up/index", json={"column": "NAME"})
    assert (indexed.status_code, indexed.json()["position"], indexed.json()["indexes"]) == (
        200,
        None,
        ["name"],
    )
    assert mine.rows("SELECT name, n FROM mydb.up") == [["a", "1"], ["b", "2"], ["", "3"]]
    assert mine.rows("SELECT n FROM mydb.up WHERE name = 'b'") == [["2"]]


@pytest.mark.parametrize(
    ("content", "wish", "sentence"),
    [
        (b"ra,dec\n1,2\n,3\n", {}, "Of 2 rows, 1 row has no position (row 2 of the table (NULL))"),
        (b"ra,dec\n1,2\n3,91\n", {}, "1 has one out of range"),
        (b"a,b\n1,2\n", {}, "No columns of positions were found, by UCD or by name"),
        (b"a,b\n1,2\n", {"ra": "a", "dec": "c"}, "mydb.up has no column c; its columns are a, b."),
        (b"a,b\n1,2\n", {"ra": "a"}, "Name both columns of the position"),
        (b"a,b\n1,2\n", {"column": "c"}, "mydb.up has no column c"),
        (b"a,b\n1,2\n1,3\n", {"column": "a", "unique": True}, "a value is there twice, or missing"),
    ],
)
def test_what_cannot_be_indexed_is_refused_and_stays_as_it_is(
    mine: OwnTables, content: bytes, wish: dict[str, object], sentence: str
) -> None:
    before = mine.upload("up", "csv", content).json()
    status, slug, said = problem(mine.ask("POST", "/up/index", json=wish))
    assert (status, slug) == (400, "usage")
    assert sentence in said
    assert mine.ask("GET", "/up").json() == before


def test_columns_of_any_name_can_be_the_position(mine: OwnTables) -> None:
    mine.upload("up", "csv", b"x,y\n10,20\n30,40\n")
    indexed = mine.ask("POST", "/up/index", json={"ra": "x", "dec": "y"})
    assert indexed.json()["position"] == ["x", "y"], indexed.text
    near = "SELECT y FROM mydb.up WHERE 1 = CONTAINS(POINT(x, y), CIRCLE(30, 40, 1))"
    assert [float(row[0]) for row in mine.rows(near)] == [40.0]
