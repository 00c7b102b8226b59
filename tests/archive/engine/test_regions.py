"""Rows of a region: the planner reads few files, and never too few."""

from __future__ import annotations

import numpy as np
import pytest
from astrohub_archive.engine.coverage import cover
from astrohub_archive.engine.plan import Planner
from astrohub_archive.models import Region
from numpy.typing import NDArray

from ...support.catalogs import SyntheticArchive
from .conftest import Asker

pytestmark = pytest.mark.asyncio(loop_scope="module")

CONES = [
    (0.0, 0.0, 1.0),
    (359.9, 0.1, 0.5),
    (0.05, -20.0, 3.0),
    (123.0, 90.0, 1.0),
    (77.0, 89.5, 2.0),
    (10.0, -90.0, 0.3),
    (200.0, -89.9, 1.0),
    (180.0, 45.0, 0.0),
    (45.0, 41.8, 20.0),
    (300.0, -41.8, 95.0),
    (56.7, 24.1, 175.0),
    (12.0, 5.0, 1 / 3600),
]


def distances(archive: SyntheticArchive, ra: float, dec: float) -> NDArray[np.float64]:
    """Return the distance of every star from a position, in degrees, by vectors."""
    lon, lat = (np.radians(archive.stars[name].to_numpy()) for name in ("ra", "dec"))
    x0, y0 = np.radians(ra), np.radians(dec)
    star = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1)
    centre = np.array([np.cos(y0) * np.cos(x0), np.cos(y0) * np.sin(x0), np.sin(y0)])
    apart: NDArray[np.float64] = np.degrees(
        2 * np.arcsin(np.clip(np.linalg.norm(star - centre, axis=1) / 2, 0, 1))
    )
    return apart


def inside_sql(ra: float, dec: float, radius: float) -> str:
    """Return the exact condition of a cone, as a front end would write it."""
    haversine = (
        f'pow(sin(radians("dec" - ({dec})) / 2), 2) + cos(radians("dec")) * cos(radians({dec}))'
        f' * pow(sin(radians("ra" - ({ra})) / 2), 2)'
    )
    return f'SELECT "star_id" FROM "scan_0" WHERE 2 * asin(least(1, sqrt({haversine}))) <= radians({radius})'


@pytest.mark.parametrize(("ra", "dec", "radius"), CONES)
async def test_a_cone_holds_exactly_the_stars_within_its_radius(
    asker: Asker, ra: float, dec: float, radius: float
) -> None:
    statement = asker.statement(inside_sql(ra, dec, radius), region=Region("circle", (ra, dec, radius)))
    found = set((await asker.rows(statement))["star_id"].to_pylist())
    near = distances(asker.archive, ra, dec) <= radius
    assert found == set(asker.archive.stars["star_id"].filter(near).to_pylist())


async def test_a_small_cone_reads_one_or_a_few_files(asker: Asker) -> None:
    statement = asker.statement(region=Region("circle", (100.0, 20.0, 0.1)))
    everything = Planner().plan(asker.statement()).size_bytes
    plan = Planner().plan(statement)
    assert plan.sql.count(".parquet") <= 4
    assert plan.size_bytes < everything / 5
    assert "*.parquet" not in plan.sql
    assert "Npix=*" not in plan.sql


async def test_an_empty_region_is_a_relation_with_types(asker: Asker) -> None:
    stars = asker.archive.stars
    lonely = next(
        (float(ra), 30.0)
        for ra in np.arange(0, 360, 0.5)
        if (distances(asker.archive, float(ra), 30.0) > 0.2).all()
    )
    statement = asker.statement(region=Region("circle", (*lonely, 0.001)))
    rows = await asker.rows(statement)
    assert rows.num_rows == 0
    assert rows.schema.types == stars.schema.types


POLYGONS = [
    (10.0, 10.0, 20.0, 10.0, 20.0, 20.0, 10.0, 20.0),
    (10.0, 20.0, 20.0, 20.0, 20.0, 10.0, 10.0, 10.0),
    (355.0, -5.0, 5.0, -5.0, 5.0, 5.0, 355.0, 5.0),
    (0.0, 80.0, 90.0, 80.0, 180.0, 80.0, 270.0, 80.0),
    (30.0, -88.0, 150.0, -88.0, 270.0, -88.0),
    (100.0, 0.0, 120.0, 0.0, 110.0, 5.0, 120.0, 30.0, 100.0, 30.0),
]


@pytest.mark.parametrize("corners", POLYGONS)
async def test_a_polygon_covers_what_lies_between_its_corners(corners: tuple[float, ...]) -> None:
    ranges = cover(Region("polygon", corners))
    assert ranges is not None
    assert _holds(ranges, _between_corners(np.array(corners).reshape(-1, 2)))


@pytest.mark.parametrize(
    ("ra", "dec", "width", "height"),
    [(0.0, 0.0, 4.0, 2.0), (359.5, 60.0, 30.0, 10.0), (180.0, 85.0, 40.0, 10.0), (40.0, -30.0, 120.0, 2.5)],
)
async def test_a_box_covers_its_coordinate_ranges(ra: float, dec: float, width: float, height: float) -> None:
    ranges = cover(Region("box", (ra, dec, width, height)))
    assert ranges is not None
    random = np.random.default_rng(3)
    lon = (ra + random.uniform(-width / 2, width / 2, 2000)) % 360
    lat = np.clip(dec + random.uniform(-height / 2, height / 2, 2000), -90, 90)
    assert _holds(ranges, np.stack([lon, lat], axis=1))
    covered = (ranges[:, 1] - ranges[:, 0]).sum() / (12 * 4**29)
    assert covered < 0.2


async def test_a_region_that_is_no_region_does_not_bound_anything() -> None:
    assert cover(Region("circle", (0.0, 0.0, float("nan")))) is None
    assert cover(Region("circle", (0.0, 95.0, 1.0))) is None
    assert cover(Region("polygon", (0.0, 0.0, 120.0, 0.0, 240.0, 0.0))) is None


async def test_a_polygon_that_is_a_line_is_covered_too() -> None:
    ranges = cover(Region("polygon", (1.0, 1.0, 1.0, 1.0, 2.0, 2.0)))
    assert ranges is not None
    assert _holds(ranges, np.array([[1.0, 1.0], [2.0, 2.0]]))


def _between_corners(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return points of the triangles between the first corner and each two neighbours."""
    lon, lat = np.radians(corners).T
    points = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1)
    weights = np.random.default_rng(5).dirichlet([1, 1, 1], 500)
    found = [weights @ points[[0, number, number + 1]] for number in range(1, len(points) - 1)]
    inside = np.concatenate(found[:1] if len(corners) == 5 else found)
    inside /= np.linalg.norm(inside, axis=1)[:, None]
    places: NDArray[np.float64] = np.degrees(
        np.stack([np.arctan2(inside[:, 1], inside[:, 0]), np.arcsin(inside[:, 2])], axis=1)
    )
    return places


def _holds(ranges: NDArray[np.int64], positions: NDArray[np.float64]) -> bool:
    from astrohub_archive.data.healpix import index

    cells = index(positions[:, 0] % 360, positions[:, 1])
    place = np.searchsorted(ranges[:, 0], cells, side="right") - 1
    return bool(((place >= 0) & (cells < ranges[np.maximum(place, 0), 1])).all())
