"""Rows by identifier: the index says where they are, and 64 bits stay 64 bits."""

from __future__ import annotations

import pyarrow.compute as pc
import pytest
from astrohub_archive.engine.plan import Planner
from astrohub_archive.models import IdentifierFilter, Region

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
