"""Statements that want more than to read public tables are refused with a sentence, and nothing happens."""

from __future__ import annotations

import pytest

from ...support.running_archive import RunningArchive

HOSTILE = [
    "DROP TABLE gaia_dr3_g10.gaia_source",
    "CREATE TABLE x AS SELECT 1",
    "INSERT INTO hipparcos.hip2 VALUES (1)",
    "UPDATE hipparcos.hip2 SET hip = 1",
    "DELETE FROM hipparcos.hip2",
    "ATTACH '/tmp/x.db' AS x",
    "COPY (SELECT 1) TO '/tmp/x.csv'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "PRAGMA database_list",
    "SET memory_limit = '100GB'",
    "CALL pragma_version()",
    "EXPLAIN SELECT 1",
    "SELECT hip FROM hipparcos.hip2; DROP TABLE hipparcos.hip2",
    "SELECT hip FROM hipparcos.hip2; SELECT hip FROM hipparcos.hip2",
    "SELECT * FROM read_parquet('/etc/passwd')",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM '/etc/passwd'",
    'SELECT * FROM "/etc/passwd"',
    "SELECT * FROM glob('/*')",
    "SELECT getenv('HOME') FROM hipparcos.hip2",
    "SELECT current_setting('temp_directory') FROM hipparcos.hip2",
    "SELECT * FROM duckdb_settings()",
    "SELECT * FROM information_schema.tables",
    "SELECT * FROM pg_catalog.pg_tables",
    "SELECT * FROM main.scan_0",
    "SELECT * FROM scan_0",
    "SELECT hip FROM hipparcos.hip2 WHERE hip = (SELECT query('DROP TABLE x'))",
    "SELECT repeat('x', 2000000000) FROM hipparcos.hip2",
    "SELECT range(300000000) FROM hipparcos.hip2",
    "SELECT " + "(" * 10_000 + "1" + ")" * 10_000 + " FROM hipparcos.hip2",
    "SELECT " + "-" * 10_000 + "1 FROM hipparcos.hip2",
    "SELECT hip FROM hipparcos.hip2 WHERE " + "NOT " * 10_000 + "hip = 1",
    "SELECT hip FROM hipparcos.hip2 WHERE " + " OR ".join(["hip = 1"] * 10_000),
    "SELECT hip FROM " + "(SELECT hip FROM " * 2_000 + "hipparcos.hip2" + ") AS x" * 2_000,
    "SELECT \x00 FROM hipparcos.hip2",
    "SELECT '" + "x" * 300_000 + "' FROM hipparcos.hip2",
    "",
    "🙈",
]


@pytest.mark.parametrize(
    "text", HOSTILE, ids=lambda text: text[:40].encode("unicode_escape").decode() or "empty"
)
def test_a_hostile_statement_is_refused_with_a_sentence(
    archive: RunningArchive, token: str, text: str
) -> None:
    for sender in (None, token):
        response = archive.query(text, token=sender, RESPONSEFORMAT="arrow", timeout=20)
        assert response.status_code in ((400, 401) if sender is None else (400,)), response.text
        problem = response.json()
        assert 10 < len(problem["detail"]) < 400
        assert "Traceback" not in problem["detail"]
        assert "duckdb" not in problem["detail"].lower()
        assert "/etc/passwd" not in problem["detail"] or "/etc/passwd" in text


def test_after_all_of_them_the_next_query_is_answered(archive: RunningArchive) -> None:
    response = archive.query("SELECT COUNT(*) FROM hipparcos.hip2")
    assert response.text.split()[-1] == "117955"
