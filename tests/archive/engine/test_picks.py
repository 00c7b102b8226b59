"""Rows picked from files are those that the engine finds, in every format; of anything else it is asked."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import pytest_asyncio
from astrohub_archive.adql import understand
from astrohub_archive.engine import DamagedTable, Declined
from astrohub_archive.engine.footers import Footers
from astrohub_archive.engine.paged import Batch
from astrohub_archive.engine.picked import Picker
from astrohub_archive.engine.picking import Picking
from astrohub_archive.engine.plan import Planner
from astrohub_archive.errors import QueryTimeout
from astrohub_archive.formats import FORMATS, find_format
from astrohub_archive.models import HatsTable, Outcome, Statement
from astrohub_archive.pages import PAGE_TABLE
from astrohub_archive.settings import Limits

from ...support.catalogs import FIRST_ID, synthetic_archive, synthetic_sky
from .conftest import Asker, asking, raw

pytestmark = pytest.mark.asyncio(loop_scope="module")

# RA and Dec in degrees: the poles, both sides of right ascension 0, and elsewhere.
PLACES = [(10.0, 89.9), (200.0, -89.5), (0.0, 0.0), (359.99, 12.0), (123.4, -45.6)]
CONES = "SELECT * FROM sky.stars WHERE 1 = CONTAINS(POINT(ra, dec), CIRCLE({ra}, {dec}, {radius}))"
SOME = "SELECT mag AS g, name FROM sky.stars WHERE DISTANCE(POINT(ra, dec), POINT({ra}, {dec})) < {radius}"


def read(asker: Asker, query: str) -> Statement:
    """Return what a query is understood as; it picks rows."""
    statement = understand(query, asker.archive.catalog(), Limits())
    assert statement.pick is not None, query
    return statement


async def both(asker: Asker, statement: Statement) -> tuple[pa.Table, pa.Table]:
    """Return the rows that the engine finds, and those that are picked; without SQL there is no other way."""
    by_engine = await asker.rows(replace(statement, pick=None))
    picked = await asker.rows(replace(statement, sql=""))
    return by_engine.combine_chunks(), picked.combine_chunks()


@pytest.mark.parametrize("query", [CONES, SOME])
async def test_cones_hold_the_rows_that_the_engine_finds(asker: Asker, query: str) -> None:
    found = 0
    for ra, dec in PLACES:
        for radius in (0.01, 0.4, 2.0):
            statement = read(asker, query.format(ra=ra, dec=dec, radius=radius))
            by_engine, picked = await both(asker, statement)
            assert picked.schema.equals(by_engine.schema, check_metadata=True)
            assert picked.sort_by("name").equals(by_engine.sort_by("name")), statement
            found += picked.num_rows
    assert found > 1_000


async def test_an_identifier_finds_its_row_and_its_neighbour_in_floating_point_does_not(asker: Asker) -> None:
    for number, rows in ((3 * 4711, 1), (3 * 4711 + 1, 0)):
        query = f"SELECT star_id, name, good FROM sky.stars WHERE star_id = {FIRST_ID + number}"
        statement = read(asker, query)
        if rows:
            by_engine, picked = await both(asker, statement)
            assert picked.equals(by_engine)
        assert (await asker.rows(statement)).num_rows == rows


async def test_identifiers_on_a_list_find_the_rows_that_the_engine_finds(asker: Asker) -> None:
    random = np.random.default_rng(5)
    for count in (2, 30, 3_000):
        # Of three numbers one is an identifier; some are on the list twice.
        wanted = FIRST_ID + random.choice(3 * asker.archive.stars.num_rows + 100, count)
        listed = ", ".join(map(str, [*wanted.tolist(), FIRST_ID, FIRST_ID]))
        query = f"SELECT star_id, mag, name FROM sky.stars WHERE star_id IN ({listed})"
        for more, nearly_all in (("", True), (" AND mag < 15", False), (" AND mag IS NOT NULL", False)):
            by_engine, picked = await both(asker, read(asker, query + more))
            assert picked.sort_by("star_id").equals(by_engine.sort_by("star_id"))
            known = np.unique(wanted[(wanted - FIRST_ID) % 3 == 0])
            assert not nearly_all or len(known) - 40 <= picked.num_rows <= len(known) + 1


@pytest.mark.parametrize("rows", [20_000, 200])
async def test_without_a_table_of_pages_row_groups_are_read(rows: int) -> None:
    with synthetic_archive(rows=rows) as archive:
        (table,) = (archive.public / "sky").rglob(f"stars/dataset/{PAGE_TABLE}")
        table.parent.chmod(0o755)
        table.unlink()
        async with asking(archive) as asker:
            cone = read(asker, CONES.format(ra=10, dec=89.9, radius=0.4))
            one = read(asker, f"SELECT * FROM sky.stars WHERE star_id IN ({FIRST_ID + 3})")
            for statement in (cone, one):
                by_engine, picked = await both(asker, statement)
                assert picked.sort_by("name").equals(by_engine.sort_by("name"))
                assert picked.num_rows > 0
            several = read(asker, f"SELECT * FROM sky.stars WHERE star_id IN ({FIRST_ID}, {FIRST_ID + 3})")
            assert (await asker.rows(several)).num_rows == 2
            with pytest.raises(Declined):
                await asker.rows(replace(several, sql=""))


async def test_the_reading_of_many_pages_ends_when_it_is_told_to(asker: Asker) -> None:
    listed = ", ".join(str(FIRST_ID + 3 * number) for number in range(2_000))
    planner = Planner()
    picking = planner.picking(read(asker, f"SELECT * FROM sky.stars WHERE star_id IN ({listed})"))
    assert picking is not None
    asked = itertools.count()

    def check() -> None:
        if next(asked):
            raise QueryTimeout("It is over.")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("astrohub_archive.engine.paged._BATCH_PAGES", 2)
        with pytest.raises(QueryTimeout, match="It is over"):
            Picker(threads=2).rows(picking, check)
        assert Picker(threads=2).rows(picking).num_rows == 2_000


async def test_no_more_pages_are_read_than_the_rows_that_are_wanted_take(
    asker: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = ", ".join(str(FIRST_ID + 3 * number) for number in range(0, 20_000, 10))
    statement = read(asker, f"SELECT name FROM sky.stars WHERE star_id IN ({listed})")
    whole, few = Planner().picking(statement), Planner().picking(replace(statement, top=5))
    assert whole is not None
    assert few is not None
    monkeypatch.setattr("astrohub_archive.engine.paged._BATCH_PAGES", 1)
    read_batches: list[int] = []
    read_one = Batch.read

    def counted(batch: Batch) -> pa.Table:
        read_batches.append(batch.rows)
        return read_one(batch)

    monkeypatch.setattr(Batch, "read", counted)
    assert Picker(threads=1).rows(few).num_rows == 5
    assert Picker(threads=1).rows(whole, most=7).num_rows >= 7
    few_batches = len(read_batches)
    assert Picker(threads=1).rows(whole).num_rows == 2_000
    assert few_batches < (len(read_batches) - few_batches) / 2


async def test_picked_rows_do_not_keep_in_memory_what_was_read_with_them(
    asker: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = ", ".join(str(FIRST_ID + 3 * number) for number in range(0, 20_000, 400))
    picking = Planner().picking(read(asker, f"SELECT star_id FROM sky.stars WHERE star_id IN ({listed})"))
    assert picking is not None
    monkeypatch.setattr("astrohub_archive.engine.paged._BATCH_PAGES", 1)
    rows = Picker(threads=2).rows(picking)
    assert rows.num_rows == 50
    assert rows.get_total_buffer_size() < 20 * rows.nbytes


def stars_of(rows: int, identifiers: np.ndarray[tuple[int], np.dtype[np.int64]]) -> pa.Table:
    """Return stars with identifiers of their own."""
    return synthetic_sky(rows).set_column(0, "star_id", pa.array(identifiers))


async def test_an_identifier_of_very_many_rows_is_for_the_engine() -> None:
    identifiers = np.where(np.arange(60_000) % 2, -1, np.arange(60_000))
    with synthetic_archive(stars=stars_of(60_000, identifiers), partition_rows=20_000) as archive:
        planner, catalog = Planner(), archive.catalog()
        known, unknown = (
            understand(f"SELECT * FROM sky.stars WHERE star_id = {one}", catalog, Limits()) for one in (8, -1)
        )
        assert planner.picking(known) is not None
        assert planner.picking(unknown) is None
        assert not planner.is_easy(unknown)


async def test_many_identifiers_of_a_small_table_do_not_wait_for_long_queries(asker: Asker) -> None:
    listed = ", ".join(str(FIRST_ID + 3 * number) for number in range(800))
    statement = read(asker, f"SELECT name FROM sky.stars WHERE star_id IN ({listed})")
    endless = raw("SELECT sum(a.x * b.x) AS s FROM range(10000000) a(x), range(10000000) b(x)")
    long = asyncio.create_task(
        asker.pool.run(endless, fmt=find_format("arrow"), maxrec=1, timeout_s=60, lane="long")
    )
    await asyncio.sleep(0)
    assert (await asker.rows(replace(statement, sql=""))).num_rows == 800
    assert not long.done()
    long.cancel()
    with pytest.raises(asyncio.CancelledError):
        await long


async def test_what_is_declined_late_has_no_more_time_than_it_was_given(
    asker: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def declined(*_: object) -> None:
        await asyncio.sleep(0.05)
        raise Declined("after a while")

    monkeypatch.setattr(asker.pool, "_picked", declined)
    statement = read(asker, CONES.format(ra=1, dec=1, radius=0.1))
    with pytest.raises(QueryTimeout, match=r"ran longer than the 0\.04 s"):
        await asker.rows(statement, timeout_s=0.04)


async def test_a_position_on_the_rim_is_inside_unless_it_is_left_out(asker: Asker) -> None:
    row = asker.archive.stars.slice(15_000, 1).to_pylist()[0]
    cone = f"DISTANCE({row['ra']!r}, {row['dec']!r}, ra, dec) {{}} 0"
    for sign, rows in (("<=", 1), ("<", 0)):
        statement = read(asker, f"SELECT name FROM sky.stars WHERE {cone.format(sign)}")
        assert [one.num_rows for one in await both(asker, statement)] == [rows, rows]


def content_of(name: str, answer: bytes) -> bytes | pa.Table:
    """Return an answer as it can be compared with another one."""
    return pa.ipc.open_stream(answer).read_all() if name == "arrow" else answer


async def test_every_format_has_the_same_bytes_either_way(asker: Asker) -> None:
    statement = read(asker, CONES.format(ra=1, dec=1, radius=1) + " ")
    names = sorted({fmt.name for fmt in FORMATS})
    assert len(names) > 8
    for name in names:
        by_engine, _ = await asker.answer(replace(statement, pick=None), fmt=name)
        picked, answer = await asker.answer(replace(statement, sql=""), fmt=name)
        assert answer.outcome == answer.complete
        # Arrow may say of a column without NULL, too, which values are there; readers see no difference.
        assert content_of(name, picked) == content_of(name, by_engine), name


async def test_what_is_cut_says_so(asker: Asker) -> None:
    statement = read(asker, CONES.format(ra=10, dec=89.9, radius=1))
    assert await asker.outcome(replace(statement, sql=""), maxrec=7) == Outcome(7, overflow=True)
    few = read(asker, CONES.format(ra=10, dec=89.9, radius=1).replace("*", "TOP 3 name"))
    assert await asker.outcome(replace(few, sql=""), maxrec=7) == Outcome(3)


@pytest.mark.parametrize(
    ("query", "maxrec"),
    [
        (CONES.format(ra=10, dec=20, radius=60), 10),
        (CONES.format(ra=10, dec=20, radius=170), 10),
        (CONES.format(ra=10, dec=20, radius=0.1), 0),
        (f"SELECT name FROM sky.stars WHERE star_id IN ({FIRST_ID}, {FIRST_ID + 3})", 0),
        ("SELECT name FROM sky.stars WHERE star_id IN (5, 6)", 10),
    ],
)
async def test_what_is_no_few_rows_of_a_few_files_is_declined_and_the_engine_is_asked(
    asker: Asker, query: str, maxrec: int
) -> None:
    statement = understand(query, asker.archive.catalog(), Limits())
    if statement.pick is not None:
        with pytest.raises(Declined):
            await asker.outcome(replace(statement, sql=""), maxrec=maxrec)
    assert await asker.outcome(statement, maxrec=maxrec) == await asker.outcome(
        replace(statement, pick=None), maxrec=maxrec
    )


async def test_many_are_answered_at_once(asker: Asker) -> None:
    wanted = range(FIRST_ID, FIRST_ID + 120, 3)
    queries = [f"SELECT star_id FROM sky.stars WHERE star_id = {one}" for one in wanted]
    statements = [replace(read(asker, query), sql="") for query in queries]
    found = await asyncio.gather(*map(asker.rows, statements))
    assert [rows["star_id"].to_pylist() for rows in found] == [[one] for one in wanted]


@pytest_asyncio.fixture(loop_scope="module")
async def fragile() -> AsyncIterator[Asker]:
    """A pool over data that the test may change."""
    with synthetic_archive(rows=5_000) as archive:
        async with asking(archive) as asker:
            yield asker


async def test_a_damaged_file_is_told_as_ever(fragile: Asker) -> None:
    statement = read(fragile, CONES.format(ra=10, dec=89.9, radius=1))
    before = await fragile.rows(statement)
    assert isinstance(fragile.table.storage, HatsTable)
    for partition in fragile.table.storage.partitions:
        content = partition.path.read_bytes()
        partition.path.chmod(0o644)
        partition.path.write_bytes(content[:100] + b"\xff" * (len(content) - 200) + content[-100:])
    with pytest.raises(DamagedTable, match=r"The file .* of the table sky\.stars is damaged or missing"):
        await fragile.rows(statement)
    assert before.num_rows > 0


def write(path: object, **columns: pa.Array) -> None:
    """Write a file of cells and other columns, three row groups of two rows."""
    cells = pa.array([0, 1, 10, 11, 20, 21])
    pq.write_table(pa.table({"_healpix_29": cells, **columns}), path, row_group_size=2)


def picking(path: object, *columns: str, cells: tuple[tuple[int, int], ...] = ((0, 100),)) -> Picking:
    """Return what picks the rows at right ascension and declination 0."""
    return Picking((str(path),), cells, columns, ("ra", "dec"), circle=(0.0, 0.0, 1.0))


async def test_positions_that_are_missing_or_no_numbers_are_nowhere(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    path = tmp_path_factory.mktemp("picks") / "a.parquet"
    nan = float("nan")
    write(
        path,
        ra=pa.array([0, None, 0, nan, 0, 0.5]),
        dec=pa.array([0, 0, None, 0, nan, 0.5]),
        n=pa.array(range(6)),
    )
    assert Picker().rows(picking(path, "n"))["n"].to_pylist() == [0, 5]


async def test_a_file_that_was_replaced_is_read_anew(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("picks") / "a.parquet"
    picker = Picker()
    for value in ("one", "another"):
        write(path, ra=pa.array([0.0] * 6), dec=pa.array([0.0] * 6), text=pa.array([value] * 6))
        assert picker.rows(picking(path, "text"))["text"].to_pylist() == [value] * 6


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("list", pa.array([[1]] * 6)),
        ("decimal", pa.array([1] * 6).cast(pa.decimal128(24, 2))),
        ("dictionary", pa.array(["a"] * 6).dictionary_encode()),
        ("zone", pa.array([0] * 6, pa.timestamp("us", "UTC"))),
        ("absent", None),
        (
            "broken",
            pa.StringArray.from_buffers(
                6, pa.array(range(0, 7), pa.int32()).buffers()[1], pa.py_buffer(b"\xff" * 6)
            ),
        ),
    ],
)
async def test_what_the_engine_would_change_is_declined(
    tmp_path_factory: pytest.TempPathFactory, column: str, values: pa.Array | None
) -> None:
    path = tmp_path_factory.mktemp("picks") / "a.parquet"
    others = {} if values is None else {column: values}
    write(path, ra=pa.array([0.0] * 6), dec=pa.array([0.0] * 6), **others)
    with pytest.raises(Declined):
        Picker().rows(picking(path, column))
    assert Picker().rows(picking(path, "ra")).num_rows == 6


async def test_files_that_do_not_fit_together_are_declined(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("picks")
    for name, kind in (("a", pa.float32()), ("b", pa.float64())):
        write(folder / name, ra=pa.array([0.0] * 6), dec=pa.array([0.0] * 6), mag=pa.array([1] * 6, kind))
    both_files = replace(picking(folder / "a", "mag"), files=(str(folder / "a"), str(folder / "b")))
    with pytest.raises(Declined):
        Picker().rows(both_files)
    with pytest.raises(Declined):
        Picker().rows(replace(both_files, columns=("ra",), comparisons=(("mag", "<", 20.5),)))
    assert Picker().rows(replace(both_files, columns=("ra",))).num_rows == 12


async def test_more_rows_or_bytes_than_a_few_are_declined(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("picks")
    rows = 150_000
    cells, places = pa.array(range(rows)), pa.array([0.0] * rows)
    for name in ("a", "b"):
        pq.write_table(pa.table({"_healpix_29": cells, "ra": places, "dec": places}), folder / name)
    one = picking(folder / "a", "ra", cells=((0, rows),))
    assert Picker().rows(one).num_rows == rows
    with pytest.raises(Declined):
        Picker().rows(replace(one, files=(str(folder / "a"), str(folder / "b"))))
    texts = pa.array([f"{number:07}" * 7_000 for number in range(1_000)])
    few = {"_healpix_29": cells[:1_000], "ra": places[:1_000], "dec": places[:1_000]}
    pq.write_table(pa.table({**few, "text": texts}), folder / "c", use_dictionary=False)
    with pytest.raises(Declined):
        Picker().rows(picking(folder / "c", "text", cells=((0, rows),)))
    assert Picker().rows(picking(folder / "c", "ra", cells=((0, rows),))).num_rows == 1_000


async def test_only_row_groups_that_hold_one_of_the_cells_are_read(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    path = tmp_path_factory.mktemp("picks") / "a.parquet"
    write(path, ra=pa.array([0.0] * 6), dec=pa.array([0.0] * 6))
    footer, file = Footers().open(str(path))
    file.close()
    for cells, groups in (
        (((0, 1),), [0]),
        (((2, 10),), []),
        (((1, 2), (21, 22)), [0, 2]),
        (((5, 11), (12, 20)), [1]),
        (((22, 99),), []),
        ((), []),
    ):
        assert footer.groups(np.array(cells, dtype=np.int64).reshape(-1, 2)) == groups, cells


async def test_footers_take_no_more_room_than_they_may(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("picks")
    footers = Footers(most_bytes=1)
    for name in ("a", "b", "a"):
        write(folder / name, ra=pa.array([0.0] * 6))
        footer, file = footers.open(str(folder / name))
        file.close()
        assert len(footer.lows) == 3
    assert footers.kept == 0
