"""The large simulated catalogue: as many rows as asked for, the same each time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from astrohub_archive.data.readonly import remove
from hats.io.validation import is_valid_collection

from .loading import data

ROWS = 270_000


def files(public: Path) -> dict[str, bytes]:
    return {str(path.relative_to(public)): path.read_bytes() for path in public.rglob("*") if path.is_file()}


def test_the_same_number_of_rows_makes_the_same_files(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for public in (one, two):
        made = data("make", "--rows", str(ROWS), "--public", public)
        assert made.out == f"large.object is made: {ROWS:,} rows, simulated.\n", made.err
    assert files(one) == files(two)
    again = data("make", "--rows", str(ROWS), "--public", one)
    assert again.out == f"large.object is there already: {ROWS:,} rows, simulated.\n"
    collection = one / "large" / "object"
    assert is_valid_collection(collection, strict=True)
    paths = (collection / "object" / "dataset").glob("Norder=*/Dir=*/Npix=*.parquet")
    rows = pa.concat_tables([pq.read_table(path, partitioning=None) for path in paths])
    identifiers = rows["object_id"].to_numpy()
    assert (len(np.unique(identifiers)), identifiers.min() > 2**53) == (ROWS, True)
    assert f"{ROWS:,} rows" in data("list", "--public", one).out
    for public in (one, two):
        remove(public)


def test_a_smaller_one_takes_the_place_of_a_larger(tmp_path: Path) -> None:
    for rows in (3_000, 1_000):
        assert data("make", "--rows", str(rows), "--public", tmp_path / "public").code == 0
        assert f"{rows:,} rows" in data("list", "--public", tmp_path / "public").out
    said = data("make", "--rows", "0", "--public", tmp_path / "public").refusal
    assert said == "A catalogue has at least one row."
    remove(tmp_path / "public")
