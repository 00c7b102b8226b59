"""Shapes are right at the poles, across right ascension 0 and for any polygon; files follow from them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import duckdb
import numpy as np
import pytest
from astrohub_archive.errors import QueryError
from astrohub_archive.models import Region, Statement

Read = Callable[[str], Statement]
Answer = Callable[[str], list[tuple[Any, ...]]]
Floats = np.ndarray[Any, np.dtype[np.float64]]

_ROWS = 20_000


class Sky:
    """Positions all over the sky, and an engine that holds them as Gaia's."""

    def __init__(self, read: Read) -> None:
        rng = np.random.default_rng(3)
        self.ra: Floats = np.round(rng.uniform(0, 360, _ROWS), 4)
        heights: Floats = rng.uniform(-1, 1, _ROWS)
        self.dec: Floats = np.degrees(np.arcsin(heights)).round(4)
        self.ra[:50], self.dec[:50] = np.linspace(359.9, 0.1, 50) % 360, np.linspace(-0.1, 0.1, 50)
        self.dec[50:100] = np.linspace(89.9, 90, 50)
        self.dec[100:150] = np.linspace(-90, -89.9, 50)
        self.vectors = vectors(self.ra, self.dec)
        self._read = read
        self._engine = duckdb.connect()
        table = {"source_id": np.arange(_ROWS), "ra": self.ra, "dec": self.dec}
        columns = ", ".join(f"unnest(?) AS {name}" for name in table)
        self._engine.execute(f"CREATE TABLE scan_0 AS SELECT {columns}", [v.tolist() for v in table.values()])

    def inside(self, condition: str) -> set[int]:
        """Return the rows for which a condition holds."""
        statement = self._read(f"SELECT source_id FROM gaia_source WHERE {condition}")
        return {row[0] for row in self._engine.execute(statement.sql).fetchall()}


def vectors(ra: Floats, dec: Floats) -> Floats:
    """Return directions as unit vectors."""
    a, d = np.radians(ra), np.radians(dec)
    return np.stack([np.cos(d) * np.cos(a), np.cos(d) * np.sin(a), np.sin(d)], axis=1)


def _rows(mask: np.ndarray[Any, np.dtype[np.bool_]]) -> set[int]:
    return set(np.flatnonzero(mask).tolist())


@pytest.fixture(scope="module")
def sky(read: Read) -> Sky:
    """Positions all over the sky."""
    return Sky(read)


@pytest.mark.parametrize(
    ("ra", "dec", "radius"),
    [
        *[
            (10, 20, 5),
            (0, 0, 1),
            (359.95, 0, 0.2),
            (360, 0, 3),
            (120, 90, 2),
            (77, 89.95, 0.1),
            (0, -90, 0.05),
        ],
        *[(200, -89.9, 30), (45, 45, 90), (45, 45, 135), (45, 45, 180), (45, 45, 400), (0, 0, 0.001)],
    ],
)
def test_a_circle_holds_what_is_no_further_than_its_radius(
    ra: float, dec: float, radius: float, sky: Sky
) -> None:
    center = vectors(np.array([float(ra)]), np.array([float(dec)]))[0]
    separation = np.degrees(
        np.arctan2(np.linalg.norm(np.cross(sky.vectors, center), axis=1), sky.vectors @ center)
    )
    expected = _rows(separation <= radius)
    circle = f"CIRCLE({ra}, {dec}, {radius})"
    assert sky.inside(f"1 = CONTAINS(POINT(ra, dec), {circle})") == expected
    assert (
        sky.inside(f"CONTAINS(POINT('ICRS', ra, dec), CIRCLE('', POINT({ra}, {dec}), {radius})) = 1")
        == expected
    )
    assert sky.inside(f"INTERSECTS({circle}, POINT(ra, dec)) <> 0") == expected
    assert sky.inside(f"0 = CONTAINS(POINT(ra, dec), {circle})") == set(range(_ROWS)) - expected
    if radius < 180:
        assert sky.inside(f"DISTANCE(ra, dec, {ra}, {dec}) <= {radius}") == expected
        assert (
            sky.inside(f"{radius} < DISTANCE(POINT(ra, dec), POINT({ra}, {dec}))")
            == set(range(_ROWS)) - expected
        )


@pytest.mark.parametrize(
    ("ra", "dec", "width", "height"),
    [(10, 20, 8, 4), (0, 0, 10, 3), (50, 90, 6, 3), (1, -89.9, 1, 2), (359, 45, 90, 20)],
)
def test_a_box_has_great_circles_for_sides(
    ra: float, dec: float, width: float, height: float, sky: Sky
) -> None:
    center = vectors(np.array([float(ra)]), np.array([float(dec)]))[0]
    east = np.array([-math.sin(math.radians(ra)), math.cos(math.radians(ra)), 0])
    north = np.cross(center, east)
    ahead, x, y = (sky.vectors @ axis for axis in (center, east, north))
    half_width, half_height = math.tan(math.radians(width / 2)), math.tan(math.radians(height / 2))
    expected = _rows((ahead > 0) & (np.abs(x) <= half_width * ahead) & (np.abs(y) <= half_height * ahead))
    assert sky.inside(f"1 = CONTAINS(POINT(ra, dec), BOX({ra}, {dec}, {width}, {height}))") == expected
    assert sky.inside(f"1 = CONTAINS(POINT(ra, dec), BOX(POINT({ra}, {dec}), {width}, {height}))") == expected


def _star(ra: float, dec: float, radius: float, corners: int, depth: float) -> list[tuple[float, float]]:
    """Return a polygon around a position whose corners are in turn near to it and far."""
    center = vectors(np.array([ra]), np.array([dec]))[0]
    across = np.cross(center, [0.1, 0.2, 0.97])
    across /= np.linalg.norm(across)
    up = np.cross(center, across)
    found = []
    for corner in range(corners):
        r = math.radians(radius * (1 - depth * (corner % 2)))
        angle = 2 * math.pi * corner / corners
        v = center * math.cos(r) + (across * math.cos(angle) + up * math.sin(angle)) * math.sin(r)
        found.append(
            (round(math.degrees(math.atan2(v[1], v[0])) % 360, 6), round(math.degrees(math.asin(v[2])), 6))
        )
    return found


def _in_polygon(sky: Sky, polygon: list[tuple[float, float]]) -> set[int]:
    """Count crossings in the plane that touches the sphere at the polygon's middle."""
    corners = vectors(*(np.array(axis) for axis in zip(*polygon, strict=True)))
    middle = corners.sum(axis=0) / np.linalg.norm(corners.sum(axis=0))
    east = np.cross(middle, [0.3, 0.4, 0.5])
    north = np.cross(middle, east)
    ahead = sky.vectors @ middle
    front = ahead > 0
    x, y = (np.where(front, sky.vectors @ axis / np.where(front, ahead, 1), 1e9) for axis in (east, north))
    px, py = corners @ east / (corners @ middle), corners @ north / (corners @ middle)
    inside = np.zeros(_ROWS, dtype=bool)
    for i in range(len(polygon)):
        j = (i + 1) % len(polygon)
        slope = (px[j] - px[i]) / (py[j] - py[i])
        inside ^= ((py[i] > y) != (py[j] > y)) & (x < slope * (y - py[i]) + px[i])
    return _rows(inside & front)


@pytest.mark.parametrize(("corners", "depth"), [(3, 0.0), (4, 0.0), (8, 0.5), (30, 0.0), (40, 0.4)])
@pytest.mark.parametrize(
    ("ra", "dec", "radius"),
    [
        (100, 10, 20),
        (0, 0, 10),
        (359.9, 89.5, 15),
        (10, -89.9, 30),
        (200, 90, 60),
        (180, -90, 60),
        (0.5, 70, 30),
    ],
)
def test_a_polygon_holds_what_its_edges_enclose(
    ra: float, dec: float, radius: float, corners: int, depth: float, sky: Sky
) -> None:
    polygon = _star(ra, dec, radius, corners, depth)
    expected = _in_polygon(sky, polygon)
    assert len(expected) > 10
    for ordered in (polygon, polygon[::-1], polygon[2:] + polygon[:2]):
        numbers = ", ".join(f"{a}, {d}" for a, d in ordered)
        assert sky.inside(f"1 = CONTAINS(POINT(ra, dec), POLYGON({numbers}))") == expected


def test_edges_and_corners_belong_to_a_shape(answer: Answer) -> None:
    query = "SELECT source_id FROM gaia_source WHERE source_id = 11 AND 1 = CONTAINS(POINT(ra, dec), {})"
    for shape in (
        "CIRCLE(10, 20, 0)",
        "POLYGON(10, 20, 11, 20, 11, 21)",
        "BOX(10, 20, 0, 0)",
        "BOX(10, 21, 4, 2)",
    ):
        assert answer(query.format(shape)) == [(11,)], shape


def test_the_distance_of_near_and_far_positions_is_exact(answer: Answer) -> None:
    pairs = {
        "10, 20, 10, 20": 0.0,
        "10, 20, 10.0000001, 20": 1e-7 * math.cos(math.radians(20)),
        "359.5, 0, 0.5, 0": 1.0,
        "77, 90, 12, 89": 1.0,
        "0, 0, 180, 0": 180.0,
        "0, 90, 0, -90": 180.0,
        "0, 0, 90, 45": 90.0,
    }
    for pair, expected in pairs.items():
        found = answer(f"SELECT DISTANCE({pair}) FROM hip2 WHERE hip = 1")[0][0]
        assert found == pytest.approx(expected, rel=1e-7, abs=1e-12), pair


def test_areas_centres_and_coordinates(answer: Answer) -> None:
    rows = answer(
        """SELECT AREA(CIRCLE(10, 20, 180)), AREA(CIRCLE(10, 20, 1)), AREA(POLYGON(0, 0, 90, 0, 0, 90)),
        AREA(BOX(0, 0, 2, 3)), AREA(POINT(1, 2)),
        COORD1(CENTROID(POLYGON(0, 0, 90, 0, 0, 90))), COORD2(CENTROID(CIRCLE(ra, dec, 1))),
        COORD1(POINT(ra, dec)), COORDSYS(POINT(1, 2)) FROM hip2 WHERE hip = 1"""
    )
    sphere = 4 * math.pi * math.degrees(1) ** 2
    assert rows[0][:6] == pytest.approx((sphere, 3.141513, sphere / 8, 5.999, 0, 45), rel=1e-4)
    assert rows[0][6:] == (20.0, 10.0001, "ICRS")


def test_circles_against_circles(answer: Answer) -> None:
    rows = answer(
        """SELECT CONTAINS(CIRCLE(0, 0, 1), CIRCLE(0, 1, 2)), CONTAINS(CIRCLE(0, 0, 1), CIRCLE(0, 1.1, 2)),
        INTERSECTS(CIRCLE(0, 0, 1), CIRCLE(0, 3, 2)), INTERSECTS(CIRCLE(359, 0, 1), CIRCLE(2.1, 0, 2))
        FROM hip2 WHERE hip = 1"""
    )
    assert rows == [(1, 0, 1, 0)]


def test_a_shape_can_be_a_column_and_go_on_as_a_shape(read: Read, answer: Answer) -> None:
    query = """WITH w AS (SELECT hip, POINT(ra, dec) AS p, CIRCLE(ra, dec, 1) AS c FROM hip2)
    SELECT p, c, POLYGON(1, 2, 3, 2, 3, 4) AS q, COORD1(p) AS a, AREA(c) AS s FROM w
    WHERE 1 = CONTAINS(POINT(10, 20.5), c) AND DISTANCE(p, POINT(10, 20)) < 1"""
    assert answer(query)[0][:4] == ((10.0001, 20), (10.0001, 20, 1), (1, 2, 3, 2, 3, 4), 10.0001)
    shown = [(c.datatype, c.arraysize, c.xtype, c.unit) for c in read(query).columns[:3]]
    assert shown == [("double", n, x, "deg") for n, x in (("2", "point"), ("3", "circle"), ("6", "polygon"))]


def test_a_position_without_a_value_is_nowhere(answer: Answer) -> None:
    query = "SELECT COUNT(*) FROM hip2 WHERE {} = CONTAINS(POINT(hp_mag, dec), CIRCLE(3.6, 20, 1))"
    assert answer(query.format(1)) == [(1,)]


def test_the_distance_to_a_position_without_a_value_has_none(answer: Answer) -> None:
    query = """SELECT DISTANCE(POINT(1, 1), POINT(hp_mag, dec)), AREA(CIRCLE(1, 1, hp_mag))
    FROM hip2 WHERE hp_mag IS NULL"""
    assert (None, None) in answer(query)


def test_a_crossmatch_across_right_ascension_zero(answer: Answer) -> None:
    query = """SELECT g.source_id, h.hip FROM gaia_source AS g
    JOIN hip2 AS h ON 1 = CONTAINS(POINT(g.ra, g.dec), CIRCLE(h.ra, h.dec, 1 / 3600.)) ORDER BY hip"""
    assert answer(query) == [(11, 1), (4295806720, 2), (4472832130942575872, 2)]


@pytest.mark.parametrize(
    ("condition", "region"),
    [
        ("1 = CONTAINS(POINT(ra, dec), CIRCLE(10, 20, 0.5))", Region("circle", (10, 20, 0.5))),
        (
            "CONTAINS(POINT('ICRS', g.ra, g.dec), CIRCLE('ICRS', -10, 20, 2 * 0.25)) = 1",
            Region("circle", (350, 20, 0.5)),
        ),
        ("DISTANCE(ra, dec, 10, 20) < 1.8e3 / 3600", Region("circle", (10, 20, 0.5))),
        ("0.5 >= DISTANCE(POINT(10, 20), POINT(ra, dec))", Region("circle", (10, 20, 0.5))),
        ("1 = CONTAINS(POINT(10, 20), CIRCLE(ra, dec, 0.5))", Region("circle", (10, 20, 0.5))),
        ("1 = INTERSECTS(CIRCLE(10, 20, 0.5), POINT(ra, dec)) AND ra > 5", Region("circle", (10, 20, 0.5))),
        ("ra > 5 AND (dec > 5 AND DISTANCE(ra, dec, 10, 20) < 0.5)", Region("circle", (10, 20, 0.5))),
        ("1 = CONTAINS(POINT(ra, dec), POLYGON(1, 2, 3, 2, 3, 4))", Region("polygon", (1, 2, 3, 2, 3, 4))),
        ("0 = CONTAINS(POINT(ra, dec), CIRCLE(10, 20, 0.5))", None),
        ("NOT 1 = CONTAINS(POINT(ra, dec), CIRCLE(10, 20, 0.5))", None),
        ("1 = CONTAINS(POINT(ra, dec), CIRCLE(10, 20, 0.5)) OR ra > 5", None),
        ("1 <> CONTAINS(POINT(ra, dec), CIRCLE(10, 20, 0.5))", None),
        ("DISTANCE(ra, dec, 10, 20) > 0.5", None),
        ("1 = CONTAINS(POINT(ra, dec), CIRCLE(pmra, 20, 0.5))", None),
        ("1 = CONTAINS(POINT(ra, pmdec), CIRCLE(10, 20, 0.5))", None),
        ("1 = CONTAINS(POINT(ra + 0, dec), CIRCLE(10, 20, 0.5))", None),
        ("DISTANCE(ra, dec, 10, 20) < pmra", None),
    ],
)
def test_the_part_of_the_sky_that_can_matter_follows_from_where(
    condition: str, region: Region | None, read: Read
) -> None:
    assert read(f"SELECT source_id FROM gaia_source AS g WHERE {condition}").scans[0].region == region


def test_a_box_is_handed_on_as_its_corners(read: Read, sky: Sky) -> None:
    condition = "1 = CONTAINS(POINT(ra, dec), BOX(359, 45, 90, 20))"
    region = read(f"SELECT ra FROM gaia_source WHERE {condition}").scans[0].region
    assert region is not None
    assert region.kind == "polygon"
    corners = ", ".join(map(str, region.values))
    assert sky.inside(f"1 = CONTAINS(POINT(ra, dec), POLYGON({corners}))") == sky.inside(condition)


@pytest.mark.parametrize(
    ("shape", "said"),
    [
        ("CIRCLE(10, 20, -1)", "must not be negative"),
        ("CIRCLE(10, 91, 1)", "between -90 and 90"),
        ("CIRCLE(10, 20)", "takes a centre"),
        ("CIRCLE('GALACTIC', 10, 20, 1)", "Positions are ICRS"),
        ("BOX(10, 20, 360, 1)", "between 0 and 180 degrees"),
        ("POLYGON(1, 2, 3, 4)", "3 to 100 vertices"),
        ("POLYGON(1, 2, 3, 4, 5)", "3 to 100 vertices"),
        ("POLYGON(1, 2, 3, 4, POINT(5, 6), 7)", "3 to 100 vertices"),
        ("POLYGON(0, 0, 120, 0, 240, 0)", "half of the sky"),
        ("POLYGON(name, 2, 3, 4, 5, 6)", "takes numbers"),
        ("POINT(10, 20)", "the POINT first"),
        ("CIRCLE(name, 20, 1)", "takes numbers, not a text"),
        ("5", "takes POINT, CIRCLE, BOX or POLYGON, not a number"),
        ("REGION('Circle GALACTIC 1 2 3')", "one shape in ICRS"),
        ("REGION('Union ICRS (Circle 1 2 3)')", "one shape in ICRS"),
        ("REGION('Circle ICRS 1 2 -3')", "must not be negative"),
        ("REGION('Circle ICRS 1 92 3')", "between -90 and 90"),
        ("REGION('Box ICRS 1 2 3 180')", "between 0 and 180 degrees"),
        ("REGION('Polygon 0 0 120 0 240 0')", "half of the sky"),
        ("REGION(ra)", "takes a text"),
        ("name", "takes POINT, CIRCLE, BOX or POLYGON, not a text"),
    ],
)
def test_a_shape_that_is_none_is_refused(shape: str, said: str, read: Read) -> None:
    with pytest.raises(QueryError) as refused:
        read(f"SELECT hip FROM hip2 WHERE 1 = CONTAINS(POINT(ra, dec), {shape})")
    assert said in refused.value.message


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELECT hip FROM hip2 WHERE POINT(ra, dec) = 5", "A POINT can stand in CONTAINS"),
        ("SELECT REGION(name) FROM hip2", "ask for the text itself"),
        ("SELECT hip FROM hip2 WHERE 1 = REGION(name)", "A REGION can stand in CONTAINS"),
        ("SELECT COORD1(covariance) FROM hip2", "COORD1 takes a POINT here"),
        ("SELECT hip FROM hip2 WHERE CONTAINS(POINT(ra, dec), CIRCLE(1, 2, 3))", "A comparison is missing"),
        ("SELECT hip FROM hip2 WHERE DISTANCE(ra, dec, 1, 2)", "A comparison is missing"),
        ("SELECT hip FROM hip2 WHERE 1 = CONTAINS(CIRCLE(1, 2, 3), POINT(ra, dec))", "the POINT first"),
        ("SELECT DISTANCE(ra, dec) FROM hip2", "takes a POINT here"),
        ("SELECT DISTANCE(ra, dec, 5) FROM hip2", "two POINTs or four numbers"),
        ("SELECT COORD1('ICRS', POINT(1, 2)) FROM hip2", "COORD1 takes 1 argument, not 2"),
    ],
)
def test_geometry_in_the_wrong_place_is_refused(query: str, said: str, read: Read) -> None:
    with pytest.raises(QueryError) as refused:
        read(query)
    assert said in refused.value.message


def test_shapes_of_shapes_of_shapes_do_not_grow_without_bound(read: Read) -> None:
    shape = "POINT(ra, dec)"
    for _ in range(20):
        shape = f"CENTROID(POLYGON({shape}, POINT(1, 2), POINT(3, 4)))"
    with pytest.raises(QueryError) as refused:
        read(f"SELECT COORD1({shape}) FROM hip2")
    assert "too complex" in refused.value.message
