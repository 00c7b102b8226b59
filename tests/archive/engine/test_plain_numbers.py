"""Indexes that lie in their files as in memory are read as they lie; others are unpacked."""

from __future__ import annotations

import itertools
import os
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from astrohub_archive.data.index_catalog import IndexCatalog as IndexWriter
from astrohub_archive.data.partition import Cut
from astrohub_archive.data.properties import Layout
from astrohub_archive.engine.kept import Kept
from astrohub_archive.engine.lookup import Lookup
from astrohub_archive.engine.plain_numbers import PlainNumbers, plain_numbers
from astrohub_archive.models import IndexCatalog

GROUP = 100
PLAIN: dict[str, Any] = {
    "compression": "none",
    "use_dictionary": False,
    "column_encoding": {"id": "PLAIN", "_healpix_29": "PLAIN"},
    "row_group_size": GROUP,
}
PACKED: dict[str, dict[str, Any]] = {
    "zstd": {"compression": "zstd"},
    "deltas": {"column_encoding": {"id": "DELTA_BINARY_PACKED", "_healpix_29": "PLAIN"}},
    "a dictionary": {"use_dictionary": True, "column_encoding": None},
    "pages of the second version": {"data_page_version": "2.0"},
}


def entries(*, seed: int = 5, rows: int = 1_000, nullable: bool = False) -> pa.Table:
    """Return identifiers in their order, some of them twice and some negative, and the cells of each."""
    random = np.random.default_rng(seed)
    identifiers = np.sort(random.choice(np.arange(-(2**62), 2**62, 2**52), rows))
    cells = random.integers(0, 12 * 4**29, rows)
    schema = pa.schema([pa.field("id", pa.int64(), nullable), pa.field("_healpix_29", pa.int64(), nullable)])
    return pa.table([identifiers, cells], schema=schema)


def written(folder: Path, rows: pa.Table, **options: Any) -> Path:
    """Write an index file, by default one that lies as in memory."""
    path = folder / "part.0.parquet"
    pq.write_table(rows, path, **{**PLAIN, **options})
    return path


def lies_plain(path: Path) -> bool:
    """Say whether the first row group can be read as it lies."""
    return bool(plain_numbers(pq.read_metadata(path), 0, (0, 1)))


def found(path: Path, *wanted: int) -> list[int]:
    """Return the cells in which an index says that identifiers are."""
    ranges = Lookup(IndexCatalog("id", (path,)), Kept()).find(wanted).cells
    return [cell for begin, end in ranges.tolist() for cell in range(begin, end)]


def expected(rows: pa.Table, *wanted: int) -> list[int]:
    """Return the same without an index."""
    listed = zip(rows["id"].to_pylist(), rows["_healpix_29"].to_pylist(), strict=True)
    return sorted({cell for identifier, cell in listed if identifier in wanted})


def some(rows: pa.Table) -> list[list[int]]:
    """Return lists of identifiers: one, one that is twice, one that is not there, first and last, many."""
    identifiers = rows["id"].to_pylist()
    twice = next(one for one, other in itertools.pairwise(identifiers) if one == other)
    return [
        [identifiers[4]],
        [twice],
        [identifiers[4] + 1],
        [identifiers[0], identifiers[-1]],
        [*identifiers[::7], 2**63 - 1],
    ]


def test_what_lies_as_in_memory_is_read_as_it_lies(tmp_path: Path) -> None:
    rows = entries()
    path = written(tmp_path, rows)
    assert lies_plain(path)
    for wanted in some(rows):
        assert found(path, *wanted) == expected(rows, *wanted)


@pytest.mark.parametrize("packing", PACKED)
def test_what_is_packed_is_unpacked(tmp_path: Path, packing: str) -> None:
    rows = entries()
    path = written(tmp_path, rows, **PACKED[packing])
    for wanted in some(rows):
        assert found(path, *wanted) == expected(rows, *wanted)
    numbers = plain_numbers(pq.read_metadata(path), 0, (0, 1))
    with path.open("rb") as file:
        assert not numbers or None in [one.read(file.fileno()) for one in numbers]


def test_columns_in_which_values_may_be_missing_are_unpacked(tmp_path: Path) -> None:
    rows = entries(nullable=True)
    path = written(tmp_path, rows.append_column("more", rows["id"]))
    assert not lies_plain(path)
    assert found(path, rows["id"][4].as_py()) == expected(rows, rows["id"][4].as_py())


def test_a_row_group_of_several_pages_is_unpacked(tmp_path: Path) -> None:
    rows = entries(rows=4_000)
    path = written(tmp_path, rows, row_group_size=4_000, data_page_size=1_000, write_batch_size=100)
    for wanted in some(rows):
        assert found(path, *wanted) == expected(rows, *wanted)
    (numbers, _) = plain_numbers(pq.read_metadata(path), 0, (0, 1)) or (None, None)
    with path.open("rb") as file:
        assert numbers is None or numbers.read(file.fileno()) is None


@pytest.mark.parametrize("kind", [pa.uint64(), pa.timestamp("us"), pa.int32()])
def test_other_types_of_the_same_bytes_are_unpacked(tmp_path: Path, kind: pa.DataType) -> None:
    identifiers = pa.array(np.arange(GROUP), kind)
    schema = pa.schema([pa.field("id", kind, False), pa.field("_healpix_29", pa.int64(), False)])
    rows = pa.table([identifiers, np.arange(GROUP)], schema=schema)
    assert not lies_plain(written(tmp_path, rows))


def test_rows_that_are_out_of_order_are_found(tmp_path: Path) -> None:
    rows = entries().take(pa.array(np.random.default_rng(1).permutation(1_000)))
    path = written(tmp_path, rows)
    assert lies_plain(path)
    wanted = rows["id"][::50].to_pylist()
    assert found(path, *wanted) == expected(rows, *wanted)


SORTED = {"sorting_columns": [pq.SortingColumn(0)]}


def scattered(how: str) -> pa.Table:
    """Return 20,000 identifiers in their order, scattered in some way."""
    random = np.random.default_rng(3)
    identifiers = {
        "evenly": np.sort(random.integers(-(2**62), 2**62, 20_000)),
        "one after the other": np.arange(2**60, 2**60 + 20_000),
        "in clumps": np.sort((random.integers(0, 5, 20_000) << 60) + random.integers(0, 2**12, 20_000)),
        "many times": np.repeat(np.arange(20), 1_000),
        "all the same": np.full(20_000, 5),
    }[how]
    schema = pa.schema([pa.field("id", pa.int64(), False), pa.field("_healpix_29", pa.int64(), False)])
    return pa.table([identifiers, random.permutation(20_000)], schema=schema)


@pytest.mark.parametrize("how", ["evenly", "one after the other", "in clumps", "many times", "all the same"])
def test_single_identifiers_of_a_sorted_file_are_found_however_they_are_scattered(
    tmp_path: Path, how: str
) -> None:
    rows = scattered(how)
    path = written(tmp_path, rows, row_group_size=8_192, **SORTED)
    identifiers = rows["id"].to_pylist()
    for place in (0, 1, 4_000, 8_191, 8_192, 9_999, 19_999):
        one = identifiers[place]
        for wanted in ([one], [one + 1], [one, identifiers[place - 1]], identifiers[place : place + 12]):
            assert found(path, *wanted) == expected(rows, *wanted), wanted


@pytest.mark.parametrize("is_sorted", [True, False])
def test_only_of_a_sorted_file_a_part_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_sorted: bool
) -> None:
    rows = scattered("evenly")
    path = written(tmp_path, rows, row_group_size=8_192, **(SORTED if is_sorted else {}))
    whole: list[int] = []
    read = PlainNumbers.read

    def seen(self: PlainNumbers, descriptor: int, *, at_once: bool = False) -> Any:
        whole.append(self.rows)
        return read(self, descriptor, at_once=at_once)

    monkeypatch.setattr(PlainNumbers, "read", seen)
    wanted = rows["id"][12_345].as_py()
    assert found(path, wanted) == expected(rows, wanted)
    assert bool(whole) is not is_sorted


def test_an_index_of_ours_says_that_it_is_sorted(tmp_path: Path) -> None:
    writer = IndexWriter(tmp_path, Layout("sky", "ra", "dec"), pa.field("id", pa.int64()), [Cut(0, 5, 0, 0)])
    writer.write(pa.table({"id": np.arange(300), "_healpix_29": np.full(300, 5 << 58)}))
    writer.close()
    footer = pq.read_metadata(tmp_path / "sky_id_index/dataset/index/part.0.parquet")
    (column,) = footer.row_group(0).sorting_columns
    assert (footer.schema.names[column.column_index], column.descending) == ("id", False)


def test_a_file_that_was_cut_off_gives_no_cells(tmp_path: Path) -> None:
    rows = entries()
    path = written(tmp_path, rows)
    lookup = Lookup(IndexCatalog("id", (path,)), Kept())
    os.truncate(path, 500)
    with pytest.raises((OSError, pa.ArrowException)):
        lookup.find([rows["id"][-1].as_py()])
    with pytest.raises((OSError, pa.ArrowException)):
        lookup.find(rows["id"][::50].to_pylist())


@pytest.mark.parametrize("options", [{}, SORTED])
def test_a_file_that_was_replaced_is_not_read_as_the_one_before(
    tmp_path: Path, options: dict[str, Any]
) -> None:
    rows, others = entries(), entries(seed=6)
    others = rows.set_column(1, rows.schema.field(1), others["_healpix_29"])
    wanted = rows["id"][400].as_py()
    path = written(tmp_path, rows, **options)
    lookup = Lookup(IndexCatalog("id", (path,)), Kept())
    asked = (wanted,)
    # Of a file that is sorted nothing is kept but what was found a moment ago.
    assert not options or lookup.is_ready(asked) is not None
    (tmp_path / "new").mkdir()
    os.replace(written(tmp_path / "new", others, **options), path)
    assert not lookup.is_ready(asked)
    with pytest.raises(OSError, match="replaced"):
        lookup.find(asked)
    assert found(path, wanted) == expected(others, wanted)
    assert expected(others, wanted) != expected(rows, wanted)


def test_numbers_that_are_not_those_of_the_statistics_are_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = PlainNumbers.read

    def shifted(self: PlainNumbers, descriptor: int, *, at_once: bool = False) -> Any:
        """Read as if something stood behind the numbers, as an odd writer might put it there."""
        numbers = read(self, descriptor, at_once=at_once)
        assert numbers is not None
        return np.roll(numbers, -1)

    rows = entries()
    path = written(tmp_path, rows)
    monkeypatch.setattr(PlainNumbers, "read", shifted)
    for wanted in some(rows):
        assert found(path, *wanted) == expected(rows, *wanted)


@pytest.mark.parametrize(("rows_each", "is_plain"), [(1, True), (3, True), (4, False)])
def test_identifiers_that_stand_in_few_rows_are_not_packed(
    tmp_path: Path, rows_each: int, is_plain: bool
) -> None:
    writer = IndexWriter(tmp_path, Layout("sky", "ra", "dec"), pa.field("id", pa.int64()), [Cut(0, 5, 0, 0)])
    identifiers = np.repeat(np.arange(300), rows_each)
    cells = np.full(len(identifiers), 5 << 58) + np.arange(len(identifiers))
    writer.write(pa.table({"id": identifiers, "_healpix_29": cells}))
    writer.close()
    path = tmp_path / "sky_id_index/dataset/index/part.0.parquet"
    assert lies_plain(path) == is_plain
    assert found(path, 17) == cells[identifiers == 17].tolist()
    assert set(pq.read_table(path)["Npix"].to_pylist()) == {5}


def ready_before_and_after(path: Path, *, wanted: int) -> tuple[bool, bool]:
    """Say whether it is known at once where an identifier is, before it was looked for and after."""
    lookup = Lookup(IndexCatalog("id", (path,)), Kept())
    before = lookup.is_ready([wanted])
    lookup.find([wanted])
    return before, lookup.is_ready([wanted])


def test_what_is_in_memory_is_known_at_once(tmp_path: Path) -> None:
    rows = entries()
    path = written(tmp_path, rows)
    wanted = rows["id"][400].as_py()
    try:
        with path.open("rb") as file:
            os.preadv(file.fileno(), [bytearray(1)], 0, os.RWF_NOWAIT)
    except OSError:
        pytest.skip("files of this kind cannot say whether they are in memory")
    assert ready_before_and_after(path, wanted=wanted) == (True, True)
    packed = written(tmp_path, rows, compression="zstd")
    assert ready_before_and_after(packed, wanted=wanted) == (False, True)


@pytest.mark.parametrize("failure", [BlockingIOError(), OSError(95, "Operation not supported")])
def test_what_would_have_to_be_waited_for_is_not_known_at_once(
    tmp_path: Path, failure: OSError, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> int:
        raise failure

    rows = entries()
    monkeypatch.setattr(os, "preadv", fail)
    assert ready_before_and_after(written(tmp_path, rows), wanted=rows["id"][400].as_py()) == (False, True)
