"""Rows by identifier: the index says where they are, and 64 bits stay 64 bits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from astrohub_archive.engine.kept import Kept
from astrohub_archive.engine.plan import Planner
from astrohub_archive.models import (
    Column,
    HatsTable,
    IdentifierFilter,
    Partner,
    PlainTable,
    Region,
    ResultColumn,
    Scan,
    Statement,
    Table,
)

from ...support.catalogs import FIRST_ID
from .conftest import Asker

pytestmark = pytest.mark.asyncio(loop_scope="module")


def by_identifier(asker: Asker, *values: int, region: Region | None = None):  # type: ignore[no-untyped-def]
    """Return a statement for stars of these identifiers."""
    wanted = ", ".join(str(value) for value in values)
    return asker.statement(
        f'SELECT "star_id", "ra", "name" FROM "scan_0" WHERE "star_id" IN ({wanted})',
        identifiers=IdentifierFilter("star_id", values),
        region=region,
    )


async def test_a_star_is_found_by_an_identifier_beyond_the_floating_point_numbers(asker: Asker) -> None:
    wanted = FIRST_ID + 3 * 4711
    rows = await asker.rows(by_identifier(asker, wanted))
    assert rows["star_id"].to_pylist() == [wanted]
    assert rows["name"].to_pylist() == ["étoile 4711"]


async def test_its_neighbours_in_floating_point_are_not_found(asker: Asker) -> None:
    assert float(FIRST_ID) == float(FIRST_ID + 1)
    assert (await asker.rows(by_identifier(asker, FIRST_ID + 1))).num_rows == 0


async def test_several_identifiers_come_from_the_files_that_hold_them(asker: Asker) -> None:
    wanted = [FIRST_ID + 3 * number for number in (0, 77, 15_000, 19_999)]
    statement = by_identifier(asker, *wanted, FIRST_ID + 2)
    assert Planner().plan(statement).sql.count(".parquet") <= len(wanted)
    assert sorted((await asker.rows(statement))["star_id"].to_pylist()) == wanted


async def test_an_identifier_that_is_asked_for_again_is_found_without_reading(asker: Asker) -> None:
    planner, statement = Planner(), by_identifier(asker, FIRST_ID + 3 * 77)
    assert not planner.is_easy(statement)
    first = planner.plan(statement)
    assert planner.is_easy(statement)
    assert planner.plan(statement) == first
    text = asker.statement(identifiers=IdentifierFilter("star_id", ("77",)))
    assert not planner.is_easy(text)


async def test_what_was_asked_for_longest_ago_is_kept_no_longer() -> None:
    kept, rows = Kept(most_rows=20), (np.arange(10), np.arange(10))
    for key in ("first", "second", "second"):
        kept.put(key, rows)
    assert kept.get("first") is rows
    kept.put("third", rows)
    assert [kept.get(key) is rows for key in ("first", "second", "third")] == [True, False, True]


async def test_region_and_identifier_both_bound_the_files(asker: Asker) -> None:
    stars = asker.archive.stars
    star = stars.filter(pc.equal(stars["star_id"], FIRST_ID)).to_pylist()[0]
    here = Region("circle", (star["ra"], star["dec"], 0.1))
    there = Region("circle", ((star["ra"] + 180) % 360, -star["dec"], 0.1))
    assert (await asker.rows(by_identifier(asker, FIRST_ID, region=here))).num_rows == 1
    assert ".parquet" not in Planner().plan(by_identifier(asker, FIRST_ID, region=there)).sql


async def test_an_identifier_of_another_type_reads_all_files_rather_than_none(asker: Asker) -> None:
    statement = asker.statement(identifiers=IdentifierFilter("star_id", ("not a number",)))
    assert Planner().plan(statement).sql.count(".parquet") == Planner().plan(asker.statement()).sql.count(
        ".parquet"
    )


BESIDE = 'SELECT b."star_id" FROM "scan_0" AS a JOIN "scan_1" AS b ON b."star_id" = a."star_id"'


async def test_rows_beside_those_of_a_region_are_read_through_the_index(asker: Asker) -> None:
    star = asker.archive.stars.slice(4711, 1).to_pylist()[0]
    region = Region("circle", (star["ra"], star["dec"], 2.0))
    near = Scan("scan_0", asker.table, ("star_id", "ra", "dec"), region)
    beside = Scan("scan_1", asker.table, ("star_id",), partner=Partner("star_id", "scan_0", "star_id"))
    statement = Statement(BESIDE, (near, beside), (ResultColumn("star_id"),))
    (_, of_region), (_, through_index) = Planner().readings(statement)
    assert set(through_index.files) <= set(of_region.files)
    assert through_index.identified
    found = (await asker.rows(statement))["star_id"].to_pylist()
    alone = await asker.rows(Statement('SELECT "star_id" FROM "scan_0"', (near,), (ResultColumn("star_id"),)))
    inside = set(alone["star_id"].to_pylist())
    assert star["star_id"] in found
    assert set(found) <= inside
    assert len(found) == len(set(found)) == through_index.identified


async def test_rows_beside_a_short_list_are_read_through_the_index(asker: Asker, tmp_path: Path) -> None:
    wanted = [FIRST_ID, FIRST_ID + 3 * 77, FIRST_ID + 1]
    pq.write_table(pa.table({"star_id": [*wanted, None]}), tmp_path / "list.parquet")
    listed = Table(
        "mydb", "listed", (Column("star_id", "long"),), PlainTable((tmp_path / "list.parquet",), 1), rows=4
    )
    few = Scan("scan_0", listed, ("star_id",))
    beside = Scan("scan_1", asker.table, ("star_id",), partner=Partner("star_id", "scan_0", "star_id"))
    statement = Statement(BESIDE, (few, beside), (ResultColumn("star_id"),))
    _, (_, through_index) = Planner().readings(statement)
    assert 1 <= len(through_index.files) <= 2
    assert through_index.identified == 2


async def test_too_many_rows_beside_which_to_look_are_not_looked_at(asker: Asker) -> None:
    everywhere = Scan("scan_0", asker.table, ("star_id",), Region("circle", (10.0, 10.0, 90.0)))
    beside = Scan("scan_1", asker.table, ("star_id",), partner=Partner("star_id", "scan_0", "star_id"))
    statement = Statement(BESIDE, (everywhere, beside), (ResultColumn("star_id"),))
    storage = asker.table.storage
    assert isinstance(storage, HatsTable)
    (_, of_region), (_, alone) = Planner().readings(statement)
    assert sum(one.rows for one in of_region.partitions) > 10_000
    assert len(alone.files) == len(storage.partitions)
    assert alone.identified is None


async def test_identifiers_from_everywhere_are_read_exactly(asker: Asker) -> None:
    wanted = [FIRST_ID + 3 * number for number in range(0, 20_000, 40)]
    statement = by_identifier(asker, *wanted)
    assert Planner().plan(statement).sql.count(".parquet") > 16
    assert sorted((await asker.rows(statement))["star_id"].to_pylist()) == wanted
