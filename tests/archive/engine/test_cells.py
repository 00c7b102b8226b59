"""Our arithmetic of cells agrees with cdshealpix's, cell by cell."""

from __future__ import annotations

import astropy.units as u
import numpy as np
import pytest
from astrohub_archive.engine.cells import cells_around, centers
from astropy.coordinates import Latitude, Longitude
from cdshealpix import nested

ORDERS = range(25)


@pytest.mark.parametrize("order", ORDERS)
def test_centres_are_where_the_library_has_them(order: int) -> None:
    dice = np.random.default_rng(order)
    last = 12 * 4**order
    corners = np.concatenate([base * 4**order + np.array([0, 4**order - 1]) for base in range(12)])
    cells = np.unique(np.concatenate([dice.integers(0, last, 300), corners]))
    lon, lat = (angle.rad for angle in nested.healpix_to_lonlat(cells.astype(np.uint64), order))
    theirs = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1)
    # Near the poles the library's latitude is rounded more than ours.
    assert np.linalg.norm(centers(cells, order) - theirs, axis=1).max() < 2e-8
    away_from_poles = np.abs(theirs[:, 2]) < 0.99
    assert np.linalg.norm(centers(cells, order) - theirs, axis=1)[away_from_poles].max() < 1e-14


@pytest.mark.parametrize("order", ORDERS)
def test_cells_around_a_place_are_those_that_the_library_finds(order: int) -> None:
    dice = np.random.default_rng(100 + order)
    lon, lat = dice.uniform(0, 2 * np.pi, 300), np.arcsin(dice.uniform(-1, 1, 300))
    known = nested.lonlat_to_healpix(Longitude(lon, u.rad), Latitude(lat, u.rad), order)
    found = 0
    for number in range(300):
        a, d = lon[number], lat[number]
        around = cells_around(np.array([np.cos(d) * np.cos(a), np.cos(d) * np.sin(a), np.sin(d)]), order)
        if around is not None:
            found += 1
            assert set(around.tolist()) == set(nested.neighbours(known[number], order).ravel().tolist())
    assert found >= 300 * (1 - 4.5 / 2**order) - 20
