"""No position of a polygon is outside the cells that are read for it, whatever its size and place."""

from __future__ import annotations

import numpy as np
import pytest
from astrohub_archive.engine.coverage import cover
from astrohub_archive.models import Region
from cdshealpix import nested
from numpy.typing import NDArray

SIZES = (0.01, 1.0, 5.0, 20.0, 60.0, 90.0, 120.0)
_DEEPEST = 29


def _frame(lon: float, lat: float) -> NDArray[np.float64]:
    """Return the directions ahead, east and north of a position."""
    a, d = np.radians((lon, lat))
    ahead = [np.cos(d) * np.cos(a), np.cos(d) * np.sin(a), np.sin(d)]
    north = [-np.sin(d) * np.cos(a), -np.sin(d) * np.sin(a), np.cos(d)]
    return np.array([ahead, [-np.sin(a), np.cos(a), 0.0], north])


def _places(
    frame: NDArray[np.float64], x: NDArray[np.float64], y: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the positions (degrees) that are seen x and y degrees from the middle, on a plane before it."""
    flat = frame[0] + np.tan(np.radians(x))[:, None] * frame[1] + np.tan(np.radians(y))[:, None] * frame[2]
    lon = np.degrees(np.arctan2(flat[:, 1], flat[:, 0])) % 360
    return np.stack([lon, np.degrees(np.arctan2(flat[:, 2], np.hypot(flat[:, 0], flat[:, 1])))], axis=1)


def _left_out(lon: float, lat: float, width: float, height: float, random: np.random.Generator) -> int:
    """Return how many of a thousand positions in a box are outside its cells."""
    from astropy import units as u
    from astropy.coordinates import Latitude, Longitude

    frame = _frame(lon, lat)
    corners = _places(frame, np.array([-1, 1, 1, -1]) * width / 2, np.array([-1, -1, 1, 1]) * height / 2)
    ranges = cover(Region("polygon", tuple(corners.ravel().tolist())))
    if ranges is None:
        return 0
    inside = _places(
        frame, random.uniform(-width, width, 1000) / 2, random.uniform(-height, height, 1000) / 2
    )
    place = Longitude(inside[:, 0], u.deg), Latitude(inside[:, 1], u.deg)
    cells = nested.lonlat_to_healpix(*place, _DEEPEST).astype(np.int64)
    before = np.searchsorted(ranges[:, 0], cells, side="right") - 1
    return int(((before < 0) | (cells >= ranges[np.maximum(before, 0), 1])).sum())


@pytest.mark.parametrize(
    "box",
    [
        (0.0, 0.0, 60.0, 30.0),  # of these, nearly all was left out
        (359.9, 0.05, 60.0, 30.0),
        (105.0, 0.0, 1.0, 60.0),
        (270.0, 15.0, 60.0, 1.0),
        (255.0, 0.0, 5.0, 60.0),
        (15.0, -75.0, 60.0, 5.0),
        (30.0, 90.0, 10.0, 4.0),
    ],
)
def test_a_box_loses_nothing(box: tuple[float, float, float, float]) -> None:
    assert _left_out(*box, np.random.default_rng(1)) == 0


def test_five_hundred_boxes_lose_nothing() -> None:
    random = np.random.default_rng(2)
    for _ in range(500):
        lon = random.choice([0.0, 359.9, random.uniform(0, 360), 15.0 * random.integers(24)])
        lat = random.choice([0.0, 90.0, -90.0, random.uniform(-90, 90), 15.0 * random.integers(-5, 6)])
        width, height = random.choice(SIZES, 2)
        assert _left_out(lon, lat, width, height, random) == 0, (lon, lat, width, height)


def test_the_cells_of_a_polygon_are_hardly_larger_than_it() -> None:
    ranges = cover(Region("polygon", (10, 10, 11, 10, 11, 11, 10, 11)))
    assert ranges is not None
    square_degrees = (ranges[:, 1] - ranges[:, 0]).sum() / (12 * 4.0**_DEEPEST) * 41_253
    assert 0.98 < square_degrees < 1.6
