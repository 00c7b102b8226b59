"""The cells that cover a cone hold every position in it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from astrohub_archive.data.healpix import index
from astrohub_archive.engine.coverage import SLACK_DEG, Ranges, cover
from astrohub_archive.models import Column, HatsTable, Region, Table
from numpy.typing import NDArray


def test_every_position_on_the_inner_rim_of_a_cone_is_covered() -> None:
    dice = np.random.default_rng(12)
    for number in range(150):
        radius = 10 ** dice.uniform(-4, 1.5)
        # Every other one at the corners of the largest cells, where searches are most difficult.
        ra = dice.uniform(0, 360) if number % 2 else 45 * dice.integers(8) + dice.normal(0, radius)
        dec = np.degrees(np.arcsin(dice.uniform(-1, 1))) if number % 2 else 41.81 + dice.normal(0, 2 * radius)
        assert_covered(float(ra % 360), float(np.clip(dec, -90, 90)), float(radius), dice)


@pytest.mark.parametrize(
    ("ra", "dec", "radius"),
    [(91.32968736452821, 39.233394869511386, 1.0), (100.335, 23.289, 7.2928), (71.975, -5.541, 25.3906)],
)
def test_cones_of_which_a_search_has_left_out_the_rim_are_covered(
    ra: float, dec: float, radius: float
) -> None:
    assert_covered(ra, dec, radius, np.random.default_rng(4), count=20_000)


def assert_covered(ra: float, dec: float, radius: float, dice: np.random.Generator, count: int = 300) -> None:
    """Assert that positions inside a cone, most of them close to its rim, are in the cells that cover it."""
    away = radius * (1 - 10 ** dice.uniform(-7, -1, count))
    angles = dice.uniform(0, 2 * np.pi, count)
    at = np.full(count, ra), np.full(count, dec)
    cells = index(*shift_each(*at, np.radians(away), angles))
    assert holds(cover(Region("circle", (ra, dec, radius))), cells), (ra, dec, radius)


def test_positions_that_were_rounded_after_their_cells_were_found_are_covered() -> None:
    table = Table("s", "t", (Column("a", "float"), Column("d", "double")), HatsTable(Path(), "a", "d", ()))
    slack = SLACK_DEG + table.displacement_deg
    dice = np.random.default_rng(8)
    outside = 0
    for _ in range(200):
        ra, dec = dice.uniform(180, 360), np.degrees(np.arcsin(dice.uniform(-1, 1)))
        lon, lat = float(np.float32(ra)), float(np.float32(dec))
        cell = index(np.array([ra]), np.array([dec]))
        corners = (lon, lat - 1, lon + 1, lat, lon, lat)
        for region in (Region("circle", (lon, lat, 1e-7)), Region("polygon", corners)):
            assert holds(cover(region, slack), cell), region
            outside += not holds(cover(region), cell)
    assert outside > 5


def holds(covered: Ranges | None, cells: NDArray[np.int64]) -> bool:
    """Say whether ranges hold all of some cells."""
    assert covered is not None
    before = np.searchsorted(covered[:, 0], cells, side="right") - 1
    return bool(((before >= 0) & (cells < covered[np.maximum(before, 0), 1])).all())


def shift_each(
    ra_deg: NDArray[np.float64],
    dec_deg: NDArray[np.float64],
    distance: NDArray[np.float64],
    angle: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return positions at distances (radians) from others, each in a direction of its own."""
    dec = np.radians(dec_deg)
    sine = np.clip(np.sin(dec) * np.cos(distance) + np.cos(dec) * np.sin(distance) * np.cos(angle), -1, 1)
    turn = np.arctan2(np.sin(angle) * np.sin(distance) * np.cos(dec), np.cos(distance) - np.sin(dec) * sine)
    return (ra_deg + np.degrees(turn)) % 360, np.degrees(np.arcsin(sine))
