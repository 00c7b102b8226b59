"""Pages of a catalogue: where they lie, and rows read of some of them."""

from __future__ import annotations

import datetime
import itertools
import zlib
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from astrohub_archive.data.parquet import PAGE_ROWS, Dataset
from astrohub_archive.engine.faults import Declined
from astrohub_archive.engine.paged import Paged
from astrohub_archive.pages import PAGE_TABLE, PageTable, compact
from astrohub_archive.pages.located import locate

ROWS = 20_000
FILES = 3


def rows_of(count: int = ROWS, seed: int = 3) -> pa.Table:
    """Return rows of every type that is read so, many values missing; some cells stand in many rows."""
    random = np.random.default_rng(seed)
    missing = random.random(count) < 0.2
    cells = np.sort(random.integers(0, 2**40, count))
    cells[5_000:8_500] = cells[min(5_000, count - 1)]
    kinds = {
        "b": pa.int8(),
        "B": pa.uint8(),
        "h": pa.int16(),
        "H": pa.uint16(),
        "i": pa.int32(),
        "I": pa.uint32(),
    }
    numbers = {
        name: pa.array(random.integers(0, 100, count), kind, mask=missing) for name, kind in kinds.items()
    }
    begin = datetime.datetime(2026, 1, 1)
    return pa.table(
        {
            "_healpix_29": cells,
            "id": pa.array(random.permutation(count) + 2**60),
            **numbers,
            "f": pa.array(random.normal(size=count).astype(np.float32), mask=missing),
            "d": pa.array(np.where(missing, np.nan, random.normal(size=count))),
            "flag": pa.array(random.random(count) < 0.5, mask=missing),
            "name": pa.array([f"étoile {number}" * (number % 40) for number in range(count)], mask=missing),
            "seen": pa.array(
                [begin + datetime.timedelta(seconds=n) for n in range(count)], pa.timestamp("us")
            ),
            "nothing": pa.nulls(count, pa.float32()),
        }
    )


def write(folder: Path, rows: pa.Table, files: int = FILES) -> Path:
    """Write rows into files of about as many each; return their folder."""
    dataset = Dataset(folder, rows.schema, is_paged=True)
    bounds = np.searchsorted(rows["_healpix_29"].to_numpy(), np.linspace(0, 2**40, files + 1)).tolist()
    for number, (begin, end) in enumerate(itertools.pairwise(bounds)):
        dataset.write(f"Norder=0/Dir=0/Npix={number}.parquet", rows.slice(begin, end - begin))
    dataset.close()
    return dataset.folder


@pytest.fixture(scope="module")
def rows() -> pa.Table:
    """All rows of the catalogue."""
    return rows_of()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, rows: pa.Table) -> Path:
    """The files of the catalogue; nobody changes them."""
    return write(tmp_path_factory.mktemp("pages"), rows)


def read(folder: Path, cells: list[tuple[int, int]], columns: list[str]) -> pa.Table:
    """Return what is in the pages in which some cells can stand."""
    batches = Paged().batches(str(folder), np.array(cells, dtype=np.int64).reshape(-1, 2), columns)
    assert batches is not None
    return pa.concat_tables([batch.read() for batch in batches])


def comparable(rows: pa.Table) -> pa.Table:
    """Return rows in which another number stands for NaN, which equals nothing."""
    place = rows.schema.get_field_index("d")
    numbers = pc.if_else(pc.is_nan(rows["d"]), -999.0, rows["d"])
    return rows.set_column(place, "d", numbers).combine_chunks()


def test_the_pages_of_all_cells_are_all_rows_as_they_were_written(folder: Path, rows: pa.Table) -> None:
    found = read(folder, [(0, 2**41)], rows.schema.names)
    assert found.schema.types == rows.schema.types
    assert comparable(found).equals(comparable(rows.cast(found.schema)))


def test_pages_hold_every_row_of_their_cells_and_few_others(folder: Path, rows: pa.Table) -> None:
    random = np.random.default_rng(11)
    cells = rows["_healpix_29"].to_numpy()
    table = PageTable(folder, [pa.int64()])
    for count in (1, 2, 5, 40):
        chosen = np.unique(random.choice(cells, count))
        wanted = np.stack([chosen, chosen + 1], axis=1)
        inside = rows.filter(pa.array(np.isin(cells, chosen)))
        found = read(folder, wanted.tolist(), ["id"])
        assert set(inside["id"].to_pylist()) <= set(found["id"].to_pylist())
        # A cell at the beginning of a page may have rows in the one before; that of 3,500 rows is in five.
        assert len(table.pages(wanted)) <= 2 * count + 5
        assert found.num_rows <= PAGE_ROWS * (2 * count + 5)


def test_a_cell_that_many_rows_have_is_read_from_all_their_pages(folder: Path, rows: pa.Table) -> None:
    cell = rows["_healpix_29"][5_000].as_py()
    found = read(folder, [(cell, cell + 1)], ["_healpix_29", "id"])
    assert np.count_nonzero(found["_healpix_29"].to_numpy() == cell) == 3_500


def test_no_cells_are_in_no_pages(folder: Path) -> None:
    assert len(PageTable(folder, [pa.int64()]).pages(np.empty((0, 2), dtype=np.int64))) == 0


def test_columns_in_another_order_are_these_columns(folder: Path, rows: pa.Table) -> None:
    found = read(folder, [(0, 2**41)], ["name", "b", "id"])
    assert found.equals(rows.select(["name", "b", "id"]).cast(found.schema))


def test_pages_are_cut_at_the_same_rows_in_all_columns(folder: Path, rows: pa.Table) -> None:
    for path in sorted(folder.rglob("*.parquet")):
        located = locate(path, pq.read_metadata(path))
        assert located is not None
        assert located.places.shape == (len(located.rows), rows.num_columns, 3)
        assert located.rows.max() <= PAGE_ROWS


def test_more_pages_than_some_are_declined(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("astrohub_archive.engine.paged._MOST_PAGES", 3)
    with pytest.raises(Declined):
        read(folder, [(0, 2**41)], ["id"])


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("list", pa.array([[1.5]] * 100)),
        ("struct", pa.array([{"a": 1}] * 100)),
    ],
)
def test_a_catalogue_whose_columns_have_parts_has_no_table_of_pages(
    tmp_path: Path, column: str, values: pa.Array
) -> None:
    rows = pa.table({"_healpix_29": np.arange(100), column: values})
    assert not (write(tmp_path, rows, files=1) / PAGE_TABLE).exists()


def test_texts_longer_than_a_page_make_no_table(tmp_path: Path) -> None:
    rows = pa.table({"_healpix_29": np.arange(2_000), "text": ["x" * 5_000] * 2_000})
    folder = write(tmp_path, rows, files=1)
    table = (folder / PAGE_TABLE).exists()
    assert not table or read(folder, [(0, 2**41)], ["text"]).equals(rows.select(["text"]))


def test_what_takes_much_memory_is_read_in_small_portions_or_not_at_all(folder: Path) -> None:
    cells = np.array([[0, 2**41]])
    (alone,) = Paged().batches(str(folder), cells, ["id"]) or []
    assert alone.size_bytes >= 8 * ROWS
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("astrohub_archive.engine.paged._BATCH_BYTES", 100_000)
        several = Paged().batches(str(folder), cells, ["id", "d"]) or []
        with pytest.raises(Declined, match="too large"):
            Paged().batches(str(folder), cells, ["id", "name"])
    assert len(several) > 3
    assert max(batch.size_bytes for batch in several) <= 100_000
    assert sum(batch.rows for batch in several) == ROWS


def test_columns_of_unusual_types_are_not_read_so_but_others_are(tmp_path: Path) -> None:
    decimal = pa.array(range(100)).cast(pa.decimal128(24, 2))
    folder = write(
        tmp_path, pa.table({"_healpix_29": np.arange(100), "money": decimal, "n": np.arange(100)}), 1
    )
    assert read(folder, [(0, 2**41)], ["n"])["n"].to_pylist() == list(range(100))
    assert Paged().batches(str(folder), np.array([[0, 2**41]]), ["n", "money"]) is None


def test_a_table_that_cannot_be_used_is_looked_at_once(tmp_path: Path, rows: pa.Table) -> None:
    folder = write(tmp_path, rows)
    spoil(folder / PAGE_TABLE, "no JSON")
    paged, cells = Paged(), np.array([[0, 2**41]])
    assert paged.batches(str(folder), cells, ["id"]) is None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("astrohub_archive.engine.paged.PageTable", None)
        assert paged.batches(str(folder), cells, ["id"]) is None


def test_a_table_in_which_any_byte_is_another_never_leads_to_other_rows(tmp_path: Path) -> None:
    rows = rows_of(3_000)
    folder = write(tmp_path, rows)
    content = (folder / PAGE_TABLE).read_bytes()
    cells = rows["_healpix_29"].to_numpy()[[5, 1_500, 2_900]]
    wanted = np.stack([cells, cells + 1], axis=1)
    before = read(folder, wanted.tolist(), ["id", "name"])
    refused = 0
    for place in np.random.default_rng(5).choice(len(content), 300, replace=False).tolist():
        changed = bytearray(content)
        changed[place] ^= 1 << place % 8
        (folder / PAGE_TABLE).unlink()
        (folder / PAGE_TABLE).write_bytes(changed)
        try:
            batches = Paged().batches(str(folder), wanted, ["id", "name"])
        except ValueError:
            batches = None
        refused += batches is None
        if batches is not None:
            assert pa.concat_tables([batch.read() for batch in batches]).equals(before)
    assert refused > 100


def test_a_table_that_leads_elsewhere_is_none(tmp_path: Path, rows: pa.Table) -> None:
    folder = write(tmp_path, rows)
    content = (folder / PAGE_TABLE).read_bytes()
    changed = content[24:].replace(b"Norder=0/", b"../../../", 1)
    length = int.from_bytes(content[8:16], "little")
    checksum = zlib.crc32(changed[:length]).to_bytes(8, "little")
    (folder / PAGE_TABLE).write_bytes(content[:16] + checksum + changed)
    assert Paged().batches(str(folder), np.array([[0, 2**41]]), ["id"]) is None


def test_files_that_are_not_in_the_order_of_the_sky_have_no_table(tmp_path: Path) -> None:
    dataset = Dataset(tmp_path, pa.schema([("_healpix_29", pa.int64())]), is_paged=True)
    for name, first in (("a", 100), ("b", 0)):
        dataset.write(f"{name}.parquet", pa.table({"_healpix_29": np.arange(first, first + 50)}))
    dataset.close()
    assert not (dataset.folder / PAGE_TABLE).exists()


def spoil(path: Path, change: str) -> None:
    """Change a file in a way."""
    content = path.read_bytes()
    changed = {
        "missing": None,
        "empty": b"",
        "cut": content[: len(content) // 2],
        "another magic": b"X" + content[1:],
        "a length of 2**62": content[:8] + (2**62).to_bytes(8, "little") + content[16:],
        "no JSON": content[:16] + b"?" + content[17:],
        "longer": content + b"\0" * 8,
    }[change]
    path.unlink()
    if changed is not None:
        path.write_bytes(changed)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        *(
            (PAGE_TABLE, change)
            for change in ("missing", "empty", "cut", "another magic", "no JSON", "longer")
        ),
        (PAGE_TABLE, "a length of 2**62"),
        *(("_common_metadata", change) for change in ("missing", "empty", "cut")),
    ],
)
def test_a_damaged_table_is_none(tmp_path: Path, rows: pa.Table, name: str, change: str) -> None:
    folder = write(tmp_path, rows)
    spoil(folder / name, change)
    assert Paged().batches(str(folder), np.array([[0, 2**41]]), ["id"]) is None


def test_a_table_that_was_replaced_is_read_anew(tmp_path: Path, rows: pa.Table) -> None:
    paged, cells = Paged(), np.array([[0, 2**41]])
    for number, count in enumerate((9_000, 4_000)):
        made = write(tmp_path / str(number), rows.slice(0, count))
        place = tmp_path / "table"
        if place.exists():
            place.rename(tmp_path / "old")
        made.rename(place)
        batches = paged.batches(str(place), cells, ["id"])
        assert batches is not None
        assert sum(batch.read().num_rows for batch in batches) == count


@pytest.mark.parametrize("is_longer", [True, False])
def test_a_file_that_was_replaced_is_not_read(tmp_path: Path, rows: pa.Table, is_longer: bool) -> None:
    folder = write(tmp_path, rows)
    path = next(folder.rglob("Npix=1.parquet"))
    content = path.read_bytes()
    # Of the same size, but every page is elsewhere.
    path.write_bytes(content + b"\0" if is_longer else content[:4] + b"\0" * 40 + content[4:-40])
    with pytest.raises((OSError, pa.ArrowException, ValueError)):
        read(folder, [(0, 2**41)], ["id"])


@pytest.mark.parametrize("value", [0, 1, -1, 63, -64, 64, 2**31, 2**62, -(2**63), 2**63 - 1])
def test_numbers_are_read_as_they_were_written(value: int) -> None:
    assert compact.Reader(compact.number(value)).number() == value


@pytest.mark.parametrize("count", [0, 1, 14, 15, 300])
def test_structs_and_lists_are_passed_over(count: int) -> None:
    inner = compact.struct((1, compact.I32, compact.number(5)), (4, compact.BINARY, compact.text(b"abc")))
    content = compact.struct(
        (2, compact.LIST, compact.listed(compact.STRUCT, [inner] * count)),
        (3, compact.I64, compact.number(7)),
    )
    reader = compact.Reader(content)
    for field, kind in reader.fields():
        if field == 3:
            assert reader.number() == 7
        else:
            reader.skip(kind)
    assert reader.place == len(content)
    for end in range(len(content)):
        with pytest.raises(ValueError, match="ends too early"):
            compact.Reader(content[:end]).skip(compact.STRUCT)


def test_a_number_without_end_is_none() -> None:
    with pytest.raises(ValueError, match="64 bits"):
        compact.Reader(b"\xff" * 20).number()
