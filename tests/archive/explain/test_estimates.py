"""What a query would cost, asked before it is run."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from ...support.running_archive import RunningArchive
from ..mydb.own_tables import OwnTables

GAIA = "gaia_dr3_g10.gaia_source"
GAIA_ROWS = 482_106
CONE = "1 = CONTAINS(POINT('ICRS', ra, dec), CIRCLE('ICRS', 56.7, 24.1, 10))"


def ask(archive: RunningArchive, body: Any, token: str | None = None) -> requests.Response:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    url = f"{archive.base}/services/archive/explain"
    return requests.post(url, json=body, headers=headers, timeout=30)


def explain(archive: RunningArchive, query: str, token: str | None = None) -> dict[str, Any]:
    """Return an estimate; where no worker had two seconds for the rows, ask again."""
    said: dict[str, Any] = {"rows": None}
    for _ in range(10):
        if said["rows"] is None:
            answer = ask(archive, {"query": query}, token)
            assert answer.status_code == 200, answer.text
            said = answer.json()
    return said


def refusal(archive: RunningArchive, body: Any, token: str | None = None) -> dict[str, Any]:
    answer = ask(archive, body, token)
    assert answer.headers["Content-Type"] == "application/problem+json"
    said: dict[str, Any] = answer.json()
    assert said["status"] == answer.status_code
    return said


def counted(archive: RunningArchive, query: str) -> int:
    answer = archive.query(f"SELECT COUNT(*) AS n FROM ({query}) AS rows")
    assert answer.status_code == 200, answer.text
    return int(answer.text.split()[-1])


def test_a_whole_table_is_all_of_its_rows_and_files(archive: RunningArchive) -> None:
    said = explain(archive, f"SELECT ra FROM {GAIA}")
    size = {"rows", "files", "filesInAll", "bytes", "tables", "lane", "columnsWithoutStatistics"}
    assert set(said) == {*size, "tableBytes", "warning"}
    assert (said["tableBytes"], said["warning"]) == (8 * GAIA_ROWS, None)
    assert (said["rows"], said["tables"], said["lane"]) == (GAIA_ROWS, [GAIA], "quick")
    assert said["files"] == said["filesInAll"] > 10
    assert said["bytes"] > 1_000_000


def test_a_cone_reads_few_files_and_finds_the_rows_of_its_area(archive: RunningArchive) -> None:
    query = f"SELECT source_id FROM {GAIA} WHERE {CONE}"
    said, whole = explain(archive, query), explain(archive, f"SELECT ra FROM {GAIA}")
    assert said["files"] < said["filesInAll"] / 4
    assert said["bytes"] < whole["bytes"] / 4
    there = counted(archive, query)
    assert there / 2 < said["rows"] < there * 2


@pytest.mark.parametrize(
    "shape",
    ["BOX('ICRS', 180, 40, 10, 5)", "POLYGON('ICRS', 50, 20, 60, 20, 60, 30)"],
    ids=["box", "polygon"],
)
def test_other_regions_are_estimated_as_well(archive: RunningArchive, shape: str) -> None:
    query = f"SELECT source_id FROM {GAIA} WHERE 1 = CONTAINS(POINT('ICRS', ra, dec), {shape})"
    said, there = explain(archive, query), counted(archive, query)
    assert there / 3 < said["rows"] < there * 3


def test_a_condition_on_values_keeps_fewer_rows(archive: RunningArchive) -> None:
    cone = explain(archive, f"SELECT ra FROM {GAIA} WHERE {CONE}")
    bright = explain(archive, f"SELECT ra FROM {GAIA} WHERE {CONE} AND phot_g_mean_mag < 8")
    assert 0 < bright["rows"] < cone["rows"]
    assert bright["files"] == cone["files"]


def test_an_identifier_is_one_row_of_one_file(archive: RunningArchive) -> None:
    said = explain(archive, "SELECT ra, dec FROM hipparcos.hip2 WHERE hip = 11767")
    assert (said["rows"], said["files"]) == (1, 1)
    assert said["filesInAll"] > 1
    none = explain(archive, "SELECT ra, dec FROM hipparcos.hip2 WHERE hip = 99999999")
    assert (none["rows"], none["files"], none["bytes"]) == (0, 0, 0)


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        (f"SELECT COUNT(*), MAX(ra) FROM {GAIA} WHERE phot_g_mean_mag < 8", 1),
        (f"SELECT TOP 10 ra FROM {GAIA} ORDER BY phot_g_mean_mag", 10),
        (f"SELECT ra FROM {GAIA} UNION ALL SELECT TOP 4 ra FROM hipparcos.hip2", GAIA_ROWS + 4),
        (f"SELECT phot_g_mean_mag, COUNT(*) FROM {GAIA} GROUP BY phot_g_mean_mag", None),
    ],
    ids=["aggregate", "top", "union", "groups"],
)
def test_rows_are_those_of_the_answer_and_null_where_nobody_knows(
    archive: RunningArchive, query: str, rows: int | None
) -> None:
    assert explain(archive, query)["rows"] == rows


def test_a_join_names_both_tables_and_is_no_product(archive: RunningArchive) -> None:
    near = "DISTANCE(POINT(g.ra, g.dec), POINT(h.ra, h.dec)) < 1 / 3600.0"
    said = explain(archive, f"SELECT g.ra FROM {GAIA} AS g JOIN hipparcos.hip2 AS h ON {near}")
    assert said["tables"] == [GAIA, "hipparcos.hip2"]
    assert 0 < said["rows"] <= GAIA_ROWS


def test_a_misspelt_column_is_told_with_its_place(archive: RunningArchive) -> None:
    said = refusal(archive, {"query": f"SELECT phot_g_mean_mg\nFROM {GAIA}"})
    assert (said["status"], said["slug"]) == (400, "query")
    assert said["position"] == {"line": 1, "column": 8, "endColumn": 22}
    assert said["suggestion"] == "phot_g_mean_mag"


def test_own_tables_are_explained_to_their_owner_only(
    archive: RunningArchive, token: str, other_token: str
) -> None:
    mine = OwnTables(archive, token)
    assert mine.create("explained", f"SELECT TOP 30 source_id, ra FROM {GAIA}").status_code == 201
    try:
        query = "SELECT * FROM mydb.explained"
        said = explain(archive, query, token)
        assert (said["rows"], said["files"], said["tables"]) == (30, 1, ["mydb.explained"])
        assert refusal(archive, {"query": query}, other_token)["slug"] == "unknown-table"
        nobody = ask(archive, {"query": query})
        assert (nobody.status_code, nobody.json()["slug"]) == (401, "credentials-required")
        assert "Bearer" in nobody.headers["WWW-Authenticate"]
    finally:
        mine.ask("DELETE", "/explained")


def test_a_token_that_nobody_knows_is_refused(archive: RunningArchive) -> None:
    said = refusal(archive, {"query": f"SELECT ra FROM {GAIA}"}, "no-such-token-at-all")
    assert (said["status"], said["slug"]) == (401, "invalid-token")


@pytest.mark.parametrize(
    "query",
    [
        "DROP TABLE gaia_dr3_g10.gaia_source",
        f"SELECT ra FROM {GAIA}; SELECT ra FROM {GAIA}",
        "SELECT * FROM read_text('/etc/passwd')",
        f"EXPLAIN ANALYZE SELECT ra FROM {GAIA}",
    ],
)
def test_what_may_not_be_run_is_not_explained(archive: RunningArchive, query: str, token: str) -> None:
    said = refusal(archive, {"query": query}, token)
    assert said["status"] == 400
    assert "/" not in said["detail"].replace("/etc/passwd", "")


@pytest.mark.parametrize("body", [{}, [], {"query": 1}, {"query": "SELECT 1", "more": 1}, "SELECT 1"])
def test_a_body_that_is_not_a_query_is_refused(archive: RunningArchive, body: Any) -> None:
    said = refusal(archive, body)
    assert (said["status"], said["slug"]) == (400, "usage")


def test_nothing_is_run(archive: RunningArchive) -> None:
    """A product of three tables would run for days; its estimate comes at once."""
    product = ", ".join(f"{GAIA} AS {alias}" for alias in "abc")
    said = explain(archive, f"SELECT a.ra FROM {product}")
    assert said["rows"] == pytest.approx(GAIA_ROWS**3)
    assert (said["files"], said["tables"]) == (said["filesInAll"], [GAIA])
