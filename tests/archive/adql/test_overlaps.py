"""Any two regions: what INTERSECTS and CONTAINS say is what trying many positions shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import duckdb
import numpy as np
import pytest
from astrohub_archive.adql import understand
from astrohub_archive.catalog import Catalog
from astrohub_archive.models import Column, PlainTable, Schema, Table
from astrohub_archive.settings import Limits

from .conftest import execute
from .sky_shapes import Shape, intersect, random_pairs, within

Answer = Callable[[str], list[tuple[Any, ...]]]

_PAIRS = 300
_COLUMNS = (
    Column("number", "int"),
    Column("one", "char", arraysize="*", xtype="adql:REGION"),
    Column("other", "char", arraysize="*", xtype="adql:REGION"),
    Column("outline", "double", arraysize="*", xtype="polygon"),
    Column("spot", "double", arraysize="2", xtype="point"),
    Column("disc", "double", arraysize="3", xtype="circle"),
    Column("words", "char", arraysize="*"),
)
_CATALOG = Catalog([Schema("sky", (Table("sky", "shapes", _COLUMNS, PlainTable(())),))])
_TYPES = (
    "number INTEGER, one VARCHAR, other VARCHAR,"
    " outline DOUBLE[], spot DOUBLE[2], disc DOUBLE[3], words VARCHAR"
)


def _answers(rows: list[tuple[Any, ...]]) -> Answer:
    engine = duckdb.connect()
    engine.execute(f"CREATE TABLE shapes ({_TYPES})")
    engine.executemany("INSERT INTO shapes VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
    return lambda query: list(execute(understand(query, _CATALOG, Limits()), engine).fetchall())


@pytest.fixture(scope="module")
def pairs() -> list[tuple[Shape, Shape]]:
    """Pairs of shapes near each other."""
    return random_pairs(_PAIRS, np.random.default_rng(20))


@pytest.fixture(scope="module")
def answer(pairs: list[tuple[Shape, Shape]]) -> Answer:
    """Answer a query over these pairs, in words."""
    return _answers(
        [
            (n, one.text, other.text, None, one.numbers[:2], None, one.text)
            for n, (one, other) in enumerate(pairs)
        ]
    )


def test_columns_of_regions_intersect_and_contain_as_their_positions_do(
    pairs: list[tuple[Shape, Shape]], answer: Answer
) -> None:
    rng = np.random.default_rng(21)
    said = answer(
        "SELECT INTERSECTS(one, other), CONTAINS(one, other), CONTAINS(other, one) FROM shapes"
        " ORDER BY number"
    )
    tried = [
        (intersect(one, other, rng), within(one, other, rng), within(other, one, rng)) for one, other in pairs
    ]
    for number, (of_engine, of_samples) in enumerate(zip(said, tried, strict=True)):
        for ours, true in zip(of_engine, of_samples, strict=True):
            assert true is None or bool(ours) == true, f"{number}: {pairs[number]}"
    for column, (least, most) in enumerate(((0.35, 0.85), (0.02, 0.3), (0.02, 0.3))):
        decided = [row[column] for row in tried if row[column] is not None]
        assert len(decided) > 0.9 * _PAIRS
        assert least < np.mean(decided) < most


@pytest.mark.parametrize("number", range(5))
def test_a_shape_of_numbers_says_the_same_as_one_in_a_column(
    number: int, pairs: list[tuple[Shape, Shape]], answer: Answer
) -> None:
    one, other = pairs[number]
    where = f"FROM shapes WHERE number = {number}"
    touch = answer(
        f"SELECT INTERSECTS(one, other), INTERSECTS(one, {other.call}), INTERSECTS({one.call}, other),"
        f" INTERSECTS({one.call}, REGION('{other.text}')), INTERSECTS(REGION(words), other) {where}"
    )
    assert len(set(touch[0])) == 1, pairs[number]
    inside = f"CONTAINS(one, other), CONTAINS({one.call}, other)"
    if other.word != "Position":
        inside += f", CONTAINS(one, {other.call}), CONTAINS({one.call}, {other.call})"
    assert len(set(answer(f"SELECT {inside} {where}")[0])) == 1, pairs[number]


def _one(**given: Any) -> Answer:
    return _answers([tuple(given.get(column.name) for column in _COLUMNS)])


_BORDERS = [
    ("Polygon ICRS 0 0 2 0 2 2 0 2", "Polygon ICRS 0 0 2 0 2 2 0 2", 1, 1),
    ("Polygon ICRS 0 0 2 0 2 2 0 2", "POLYGON 2 0 4 0 4 2 2 2", 1, 0),
    ("Polygon ICRS 359 -1 1 -1 1 1 359 1", "Position ICRS 360 0", 1, 0),
    ("Position ICRS 0 0", "Polygon ICRS 359 -1 1 -1 1 1 359 1", 1, 1),
    ("Position ICRS 360 89.9", "Box ICRS 77 90 1 1", 1, 1),
    ("Circle ICRS 10 20 0.5", "circle icrs 10 20 0.5", 1, 1),
    ("Circle ICRS 10 20 0.5", "Circle ICRS 190 -20 179.6", 1, 0),
    ("Polygon ICRS 9.9 19.9 10.1 19.9 10 20.1", "Circle 190 -20 179.9", 1, 0),
    ("Polygon ICRS 9.9 29.9 10.1 29.9 10 30.1", "Circle 190 -20 170", 1, 0),
    ("Polygon ICRS 9.9 29.9 10.1 29.9 10 30.1", "Circle 190 -20 171", 1, 1),
    ("Polygon ICRS 9.9 29.9 10.1 29.9 10 30.1", "Circle 190 -20 169", 0, 0),
    # A notch: its corners are on the border of the other, and what is between them is not in it.
    ("Polygon ICRS 0 0 4 0 4 4 0 4", "Polygon ICRS 0 0 2 2 4 0 4 4 0 4", 1, 0),
    ("Polygon ICRS 0 0 2 2 4 0 4 4 0 4", "Polygon ICRS 0 0 4 0 4 4 0 4", 1, 1),
    # Edges along one great circle do not cross.
    ("Polygon ICRS 0 0 2 0 1 1", "Polygon ICRS 5 0 7 0 6 1", 0, 0),
    # Closed by its first corner, once more.
    ("Circle ICRS 1 1 0.1", "Polygon ICRS 0 0 2 0 2 2 0 2 0 0", 1, 1),
    ("Position UNKNOWNFRAME 1 1", "Circle ICRS BARYCENTER 1.0e0 +1 .1", 1, 1),
]


def test_borders_belong_to_regions() -> None:
    answer = _answers(
        [(n, one, other, None, None, None, None) for n, (one, other, _, _) in enumerate(_BORDERS)]
    )
    said = answer(
        "SELECT INTERSECTS(one, other), INTERSECTS(other, one), CONTAINS(one, other)"
        " FROM shapes ORDER BY number"
    )
    assert said == [(touch, touch, inside) for _, _, touch, inside in _BORDERS]


_NO_REGIONS = [
    *(
        None,
        "",
        "Circle",
        "Circle ICRS 1 2",
        "Circle ICRS 1 2 -3",
        "Circle ICRS 1 2 nan",
        "Polygon 1 2 3 4",
    ),
    *("Polygon 1 2 3 4 5 6 7", "Circle GALACTIC 1 2 3", "Union ICRS (Circle 1 2 3 Circle 2 3 4)"),
    *(
        "Box ICRS 1 2 3 180",
        "Circle ICRS 1 2 1e999",
        "Polygon 0 0 90 0 180 0 270 0",
        "Position 1 2 3 4 5 6 7 8",
    ),
]


def test_what_is_no_region_is_nowhere_and_stops_no_query() -> None:
    answer = _answers(
        [(n, text, "Circle ICRS 1 2 3", None, None, None, None) for n, text in enumerate(_NO_REGIONS)]
    )
    said = answer(
        "SELECT INTERSECTS(one, other), INTERSECTS(one, CIRCLE(1, 2, 3)), CONTAINS(POINT(1, 2), one),"
        " AREA(one), CENTROID(one) FROM shapes"
    )
    assert said == [(None,) * 5] * len(_NO_REGIONS)


def test_columns_of_dalis_shapes_are_shapes() -> None:
    answer = _one(outline=[359.0, -1, 1, -1, 1, 1, 359, 1], spot=[0.5, 0.5], disc=[0, 0, 0.25])
    row = answer(
        "SELECT CONTAINS(spot, outline), CONTAINS(spot, disc), INTERSECTS(disc, outline),"
        " CONTAINS(disc, outline), INTERSECTS(outline, BOX(0, 3, 1, 4.1)),"
        " CONTAINS(outline, CIRCLE(spot, 3)),"
        " COORD1(spot), COORD2(spot), COORDSYS(outline), DISTANCE(spot, CENTROID(outline))"
        " FROM shapes WHERE 1 = CONTAINS(POINT(0, 0.9), outline)"
    )[0]
    assert row[:9] == (1, 0, 1, 1, 1, 1, 0.5, 0.5, "ICRS")
    assert row[9] == pytest.approx(np.hypot(0.5, 0.5), rel=1e-4)


def test_areas_and_centres_of_columns_are_those_of_shapes_of_numbers(
    pairs: list[tuple[Shape, Shape]], answer: Answer
) -> None:
    for number in range(3):
        one = pairs[number][0]
        row = answer(
            f"SELECT AREA(one), AREA({one.call}), DISTANCE(CENTROID(one), CENTROID({one.call}))"
            f" FROM shapes WHERE number = {number}"
        )[0]
        assert row[0] == pytest.approx(row[1], rel=1e-5, abs=1e-12), one
        assert row[2] < 1e-5, one


def test_a_polygon_of_columns_and_a_box_are_columns_of_the_answer() -> None:
    answer = _one(spot=[10.0, 20.0], disc=[11.0, 20.0, 1.0])
    row = answer(
        "SELECT POLYGON(spot, POINT(COORD1(spot), 21), POINT(11, 20.5)),"
        " BOX(0, 0, 2, 2), BOX(spot, 0, 0), disc,"
        " CONTAINS(POINT(10.1, 20.5), POLYGON(spot, POINT(COORD1(spot), 21), POINT(11, 20.5))),"
        " POINT(NULL, 5)"
        " FROM shapes"
    )[0]
    assert row[0] == [10, 20, 10, 21, 11, 20.5]
    assert row[1] == pytest.approx([359, -0.99985, 1, -0.99985, 1, 0.99985, 359, 0.99985], abs=1e-5)
    assert row[2] == pytest.approx([10, 20] * 4)
    assert row[3] == (11, 20, 1)
    assert row[4:] == (1, None)


@pytest.mark.parametrize(
    "condition",
    [
        "1 = INTERSECTS(a.one, b.other)",
        "1 = CONTAINS(a.one, b.other)",
        "CONTAINS(a.spot, b.one) = 1 AND a.number <> 7",
    ],
)
def test_a_join_by_regions_finds_the_pairs_that_trying_all_of_them_finds(
    condition: str, answer: Answer
) -> None:
    few = "(SELECT number, one, spot FROM shapes WHERE number < 24)"
    numbers = "SELECT a.number, b.number"
    joined = answer(f"{numbers} FROM {few} AS a JOIN shapes AS b ON {condition} WHERE b.number < 24")
    # What stands in a CASE tells the planner nothing.
    case = f"1 = CASE WHEN {condition} THEN 1 ELSE 0 END"
    tried = answer(f"{numbers} FROM {few} AS a, shapes AS b WHERE b.number < 24 AND {case}")
    assert sorted(joined) == sorted(tried)
    assert joined
    kept = answer(f"{numbers} FROM {few} AS a LEFT JOIN shapes AS b ON {condition} AND b.number < 24")
    assert {row for row in kept if row[1] is not None} == set(joined)
    assert {row[0] for row in kept} == set(range(24))


def test_only_files_near_a_region_are_read_for_circles_around_rows(read: Callable[[str], Any]) -> None:
    for condition in (
        "1 = INTERSECTS(CIRCLE(ra, dec, 0.5), POLYGON(10, 20, 11, 20, 10.5, 21))",
        "CONTAINS(CIRCLE(ra, dec, 0.5), BOX(10.5, 20.5, 1, 1)) = 1",
        "INTERSECTS(BOX(10.5, 20.5, 1, 1), BOX(ra, dec, 0.5, 0.5)) = 1",
    ):
        region = read(f"SELECT source_id FROM gaia_source WHERE {condition}").scans[0].region
        assert region is not None
        assert region.kind == "circle"
        lon, lat, radius = region.values
        assert (lon, lat) == pytest.approx((10.5, 20.5), abs=0.2)
        assert 0.5 < radius < 2
    assert (
        read("SELECT hip FROM hip2 WHERE 1 = INTERSECTS(CIRCLE(ra, dec, b_v), BOX(1, 2, 3, 4))")
        .scans[0]
        .region
        is None
    )
