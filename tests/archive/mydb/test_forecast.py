"""What a table takes for certain is never more than what it takes, however well its rows are compressed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from astrohub_archive.data.parquet import Dataset
from astrohub_archive.models import Column, PlainTable, Region, ResultColumn, Scan, Statement, Table
from astrohub_archive.mydb.forecast import expected_bytes, least_bytes
from astrohub_archive.table_files import own_shape, write_table

ROWS = 200_000
RANDOM = np.random.default_rng(1)
COLUMNS = {
    "one": np.full(ROWS, 7),
    "numbers": np.arange(ROWS),
    "few": np.arange(ROWS) % 7,
    "ramp": np.arange(ROWS) * 0.5,
    "any": RANDOM.uniform(0, 360, ROWS),
    "ids": RANDOM.integers(0, 2**62, ROWS),
    "coarse": RANDOM.integers(0, 3, ROWS) * 1.5,
    "texts": np.array([f"star {number}" for number in range(ROWS)]),
}


def whole(folder: Path, values: np.ndarray, *, is_paged: bool = False) -> tuple[Statement, int]:
    """Write a published table of one column; return the query for all of it, and what it takes in MyDB."""
    rows = pa.table({"x": values})
    published = rows.append_column("_healpix_29", pa.array(np.arange(len(values)))) if is_paged else rows
    dataset = Dataset(folder / "published", published.schema, is_paged=is_paged)
    dataset.write("a.parquet", published)
    kept = write_table(
        folder / "kept.parquet", own_shape(rows.schema), rows.to_batches(), room_bytes=2**40
    ).size_bytes
    storage = PlainTable((dataset.folder / "a.parquet",))
    table = Table("sky", "t", (Column("x", "double"),), storage, rows=ROWS)
    sql = 'SELECT "t0"."x" AS "x" FROM "scan_0" AS "t0"'
    return Statement(sql, (Scan("scan_0", table, ("x",)),), (ResultColumn("x", "double"),)), kept


@pytest.mark.parametrize("is_paged", [True, False])
@pytest.mark.parametrize("name", COLUMNS)
def test_what_is_certain_is_never_too_much(tmp_path: Path, name: str, is_paged: bool) -> None:
    statement, kept = whole(tmp_path, COLUMNS[name], is_paged=is_paged)
    least = least_bytes(statement)
    assert least <= kept
    if name in ("any", "ids"):
        assert least > 0.4 * kept
        assert kept < 1.1 * expected_bytes(ROWS, statement.columns)


def test_nothing_is_certain_of_rows_that_are_chosen_or_made(tmp_path: Path) -> None:
    statement, _ = whole(tmp_path, COLUMNS["any"])
    assert least_bytes(statement) > 0
    (scan,) = statement.scans
    around = replace(scan, region=Region("circle", (1.0, 2.0, 3.0)))
    for other in (
        replace(statement, top=5),
        replace(statement, scans=(around,)),
        replace(statement, scans=(scan, scan)),
        replace(statement, sql=statement.sql + ' WHERE ("t0"."x" > 3)'),
        replace(statement, sql=statement.sql.replace('"t0"."x" AS', '("t0"."x" * 0) AS')),
        replace(statement, sql=statement.sql.replace("SELECT", "SELECT DISTINCT")),
    ):
        assert least_bytes(other) == 0
