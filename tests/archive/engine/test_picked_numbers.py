"""Rows picked by numbers beside a place or an identifier are those that the engine finds."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
import pytest_asyncio
from astrohub_archive.adql import understand
from astrohub_archive.catalog import Catalog
from astrohub_archive.engine import Declined
from astrohub_archive.models import Statement
from astrohub_archive.settings import Limits

from ...support.catalogs import FIRST_ID, synthetic_archive
from .conftest import Asker, asking

pytestmark = pytest.mark.asyncio(loop_scope="module")

NAN, INF = float("nan"), float("inf")
# What is NULL, no number, infinite, the least and the largest, a tie, or not a number of all types.
VALUES: dict[str, tuple[pa.DataType, list[float | int | None]]] = {
    "mag": (pa.float32(), [None, NAN, -0.0, 0.0, INF, -INF, 5, 5, 20.1, 16777216, 1e-45, 3.4e38, -7.25]),
    "flux": (
        pa.float64(),
        [None, NAN, -0.0, 0.0, INF, -INF, 5, 5, 20.1, 2.0**53, 2.0**53 + 2, 1e-300, -7.25],
    ),
    "band": (pa.uint8(), [None, 0, 5, 5, 127, 128, 255]),
    "class": (pa.int16(), [None, 0, 5, 5, -1, 255, 32767, -32768]),
    "visits": (pa.int32(), [None, 0, 5, 5, 20, -1, 2**31 - 1, -(2**31)]),
    "other_id": (pa.int64(), [None, 0, 5, 5, 2**53, 2**53 + 1, 2**63 - 1, -(2**63), -(2**53) - 1]),
}
NUMBERS = [
    *("0", "5", "20", "-1", "127", "128", "255", "256", "32768", "16777216", "16777217", "2147483648"),
    *("9007199254740992", "9007199254740993", "9223372036854775807", "-9223372036854775808"),
    *("5.0", "-0.0", "0.5", "20.1", "-7.25", "4.999999999999999", "1e-46", "3.4e38", "1e300", "-1e300"),
    *("9007199254740991.0", "9007199254740993.0", "32767.5"),
]
SIGNS = ["=", "<>", "!=", "<", "<=", ">", ">="]
# One cluster of stars has all values, the others few of them: bounds of a file say little, much, or nothing.
SUBSETS: list[slice | list[int]] = [slice(None), [0], [1], [6], [1, 6], [0, 6], slice(2, None), [-1]]
CLUSTER = 40


def many_numbers() -> pa.Table:
    """Return clusters of stars one degree apart, each with its own choice of values in every column."""
    chance = np.random.default_rng(5)
    rows = CLUSTER * len(SUBSETS)
    cluster = np.arange(rows) // CLUSTER
    columns: dict[str, pa.Array] = {
        "star_id": pa.array(FIRST_ID + np.arange(rows)),
        "ra": pa.array(10.0 + cluster + chance.normal(0, 0.02, rows)),
        "dec": pa.array(chance.normal(0, 0.02, rows)),
    }
    for name, (kind, values) in VALUES.items():
        drawn: list[float | int | None] = []
        for subset in SUBSETS:
            few = values[subset] if isinstance(subset, slice) else [values[i % len(values)] for i in subset]
            drawn += [few[i] for i in chance.integers(0, len(few), CLUSTER)]
        columns[name] = pa.array(drawn, kind, from_pandas=False)
    return pa.table(columns)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def numbers() -> AsyncIterator[Asker]:
    """A pool over such stars, a cluster a file or two."""
    with synthetic_archive(stars=many_numbers(), partition_rows=CLUSTER) as archive:
        async with asking(archive) as asker:
            yield asker


def condition(chance: random.Random) -> str:
    """Return one comparison of a column."""
    column = f'"{name}"' if (name := chance.choice(list(VALUES))) == "class" else name
    first, second = chance.choices(NUMBERS, k=2)
    return chance.choice(
        [
            *(f"{column} {chance.choice(SIGNS)} {first}" for _ in range(4)),
            f"{first} {chance.choice(SIGNS)} {column}",
            f"{column} BETWEEN {first} AND {second}",
            f"{column} IS NULL",
            f"{column} IS NOT NULL",
        ]
    )


def read(catalog: Catalog, conditions: Sequence[str]) -> Statement:
    """Return what rows that meet all conditions are understood as."""
    query = f"SELECT * FROM sky.stars WHERE {' AND '.join(conditions)}"
    return understand(query, catalog, Limits())


async def found(asker: Asker, statement: Statement) -> tuple[pa.Table, pa.Table | None]:
    """Return the rows that the engine finds, and those that are picked, unless the engine is asked."""
    by_engine = await asker.rows(replace(statement, pick=None))
    if statement.pick is None:
        return by_engine, None
    try:
        return by_engine, await asker.rows(replace(statement, sql=""))
    except Declined:
        return by_engine, None


def texts(rows: pa.Table) -> list[str]:
    """Return rows as they can be compared, NaN and the sign of 0 included, by identifier."""
    return [str(row) for row in rows.sort_by("star_id").to_pylist()]


async def test_rows_that_meet_comparisons_are_those_that_the_engine_finds(numbers: Asker) -> None:
    chance = random.Random(11)
    catalog = numbers.archive.catalog()
    picked_rows = declined = 0
    for turn in range(120):
        cluster = turn % len(SUBSETS)
        place = f"1 = CONTAINS(POINT(ra, dec), CIRCLE({10 + cluster}, 0, {chance.choice([0.03, 0.5])}))"
        if turn % 5 == 4:
            place = f"star_id = {FIRST_ID + cluster * CLUSTER + turn % CLUSTER}"
        conditions = [condition(chance) for _ in range(chance.randint(1, 2))]
        conditions.insert(chance.randint(0, len(conditions)), place)
        statement = read(catalog, conditions)
        by_engine, picked = await found(numbers, statement)
        if picked is None:
            declined += 1
            continue
        assert picked.schema.equals(by_engine.schema, check_metadata=True)
        assert texts(picked) == texts(by_engine), conditions
        picked_rows += picked.num_rows
    assert picked_rows > 300
    assert declined < 50


# Compared as 32 bits, as doubles or exactly, these give different rows.
@pytest.mark.parametrize(
    "uncertain",
    [
        "mag < 16777217",
        "flux < 9007199254740993",
        "other_id > 9007199254740993.0",
        "class < 1e300",
        "other_id BETWEEN 5.5 AND 9007199254740992",
    ],
)
async def test_what_the_engine_may_round_it_is_asked(numbers: Asker, uncertain: str) -> None:
    statement = read(
        numbers.archive.catalog(), ["DISTANCE(ra, dec, 10, 0) < 0.5", uncertain.replace("class", '"class"')]
    )
    by_engine, picked = await found(numbers, statement)
    assert picked is None
    assert texts(await numbers.rows(statement)) == texts(by_engine)


async def test_a_top_is_of_the_rows_that_meet_the_comparisons(numbers: Asker) -> None:
    statement = read(
        numbers.archive.catalog(), ["DISTANCE(ra, dec, 10, 0) < 0.5", "mag >= 5", "band IS NOT NULL"]
    )
    rows = await numbers.rows(replace(statement, sql="", top=3))
    assert rows.num_rows == 3
    assert all(row["band"] is not None and not row["mag"] < 5 for row in rows.to_pylist())
