"""Which cells of the sky lie around the positions in a table: where the rows are that are joined to these."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from ..models import HEALPIX_COLUMN, Nearby, Partition
from .cells import Cells, spread
from .coverage import Ranges, merge
from .partners import inside

__all__ = ["around_rows", "touched"]

_log = logging.getLogger(__name__)

Floats = NDArray[np.float64]

_ORDER = 29
_MOST_ROWS = 2_000_000
_MOST_CELLS = 50_000
_SAMPLE = 5_000
_TOGETHER = 65_536
"""Positions that are computed with at once."""
_DEEPEST, _COARSER, _COARSEST = 10, 7, 4
_LEAST_ORDER = 6
_STEEPNESS = 1.5
"""By how much a coordinate within a base pixel changes at most, for each radian."""
_SLACK_DEG = 1e-9
_EDGE = 1e-9
_PLACES = 24
_WIDER = 4
_BEYOND = 91
"""Degrees, as in `adql.pixels`."""


def around_rows(
    files: Sequence[Path],
    nearby: Nearby,
    *,
    partitions: Sequence[Partition] = (),
    cells: Ranges | None = None,
) -> Ranges | None:
    """Return the cells that may lie within a radius of positions in some rows; None if these are too many.

    Parameters
    ----------
    files
        In which the rows are.
    nearby
        The columns of their positions, and the radius.
    partitions
        The partitions of a HATS table that the files are, if they are.
    cells
        The cells in which the rows lie, where that is known.
    """
    order = min(_DEEPEST, math.floor(-math.log2(8 * _reach(nearby.radius))))
    are_many = sum(one.rows for one in partitions) > _MOST_ROWS
    is_wide = cells is None and sum(1 / (12 * 4**one.norder) for one in partitions) > 0.5
    if order < _LEAST_ORDER or are_many or is_wide:
        return None
    try:
        positions = _positions(files, nearby, cells)
    except (OSError, KeyError, pa.ArrowException) as e:
        # Whoever reads the rows tells it better.
        _log.warning("nearby-not-read", extra={"column": nearby.lon, "reason": str(e)})
        return None
    return None if positions is None else _around(*positions, nearby.radius, order)


def _around(lon: Floats, lat: Floats, radius: float, order: int) -> Ranges | None:
    step = len(lon) // _SAMPLE + 1
    if len(touched(lon[::step], lat[::step], 0, _COARSEST)) > 6 * 4**_COARSEST:
        return None
    parts = [slice(start, start + _TOGETHER) for start in range(0, len(lon), _TOGETHER)] or [slice(0)]
    cells = np.unique(np.concatenate([touched(lon[part], lat[part], radius, order) for part in parts]))
    if len(cells) > _MOST_CELLS and order > _COARSER:
        cells, order = np.unique(cells >> 2 * (order - _COARSER)), _COARSER
    shift = 2 * (_ORDER - order)
    return merge(np.stack([cells << shift, (cells + 1) << shift], axis=1))


def touched(lon: Floats, lat: Floats, radius: float, order: int) -> Cells:
    """Return all cells of an order that the surroundings of some positions touch, each once.

    It goes by the same reasons as `adql.pixels`: most surroundings lie in a square within a base pixel.
    """
    side, half = 1 << order, _reach(radius)
    face, x, y = _in_base_pixel(np.radians(lon), np.radians(lat))
    fits = (np.minimum(x, y) - half > _EDGE) & (np.maximum(x, y) + half < 1 - _EDGE)
    found = []
    for right in (-half, half):
        for above in (-half, half):
            column, row = (((x + right) * side)[fits], ((y + above) * side)[fits])
            found.append(np.unique(_numbers(face[fits], column, row, order)))
    for far_lon, far_lat in _places(np.radians(lon[~fits]), np.radians(lat[~fits]), radius):
        face, x, y = _in_base_pixel(far_lon, far_lat)
        found.append(np.unique(_numbers(face, x * side, y * side, order)))
    return np.unique(np.concatenate(found))


def _positions(files: Sequence[Path], nearby: Nearby, cells: Ranges | None) -> tuple[Floats, Floats] | None:
    """Return the positions in some rows, without those that are nowhere near the sphere; None if too many."""
    parts: list[tuple[Floats, Floats]] = [(np.empty(0), np.empty(0))]
    rows = 0
    wanted = [nearby.lon, nearby.lat, *([HEALPIX_COLUMN] if cells is not None else [])]
    for path in files:
        with pq.ParquetFile(path) as file:
            rows += file.metadata.num_rows
            if rows > _MOST_ROWS:
                return None
            for batch in file.iter_batches(_TOGETHER, columns=wanted, use_threads=False):
                lon, lat = (_numbers_of(batch[name]) for name in (nearby.lon, nearby.lat))
                valid = (np.abs(lat) <= _BEYOND) & (np.abs(lon) <= 1e6)
                if cells is not None:
                    valid &= inside(batch[HEALPIX_COLUMN].to_numpy(), cells)
                parts.append(_on_the_sphere(lon[valid], lat[valid]))
    return np.concatenate([one for one, _ in parts]), np.concatenate([one for _, one in parts])


def _on_the_sphere(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Return positions with those that have been moved beyond a pole where they are behind it; degrees."""
    is_beyond = np.abs(lat) > 90
    return (lon + 180 * is_beyond) % 360, np.where(is_beyond, np.sign(lat) * 180 - lat, lat)


def _numbers_of(column: pa.Array) -> Floats:
    values: Floats = pc.fill_null(column.cast(pa.float64()), math.nan).to_numpy(zero_copy_only=False)
    return values


def _reach(radius: float) -> float:
    return _STEEPNESS * math.radians(radius + _SLACK_DEG)


def _in_base_pixel(lon: Floats, lat: Floats) -> tuple[Cells, Floats, Floats]:
    """Return the base pixel of positions (radians), and where in it they are (Górski et al. 2005, §5.3)."""
    z, t = np.sin(lat), lon / (math.pi / 2) % 4
    t[t >= 4] = 0  # what is rounded up to a whole turn
    quarter = np.minimum(np.floor(t), 3)
    width = np.cos(lat) / np.sqrt((1 + np.abs(z)) / 3)
    belt, north = np.abs(z) <= 2 / 3, z >= 0
    u = np.where(belt, 0.5 + t - 0.75 * z, (t - quarter) * width)
    v = np.where(belt, 0.5 + t + 0.75 * z, (1 - t + quarter) * width)
    first, second = np.floor(u), np.floor(v)
    in_belt = np.where(first == second, 4 + first % 4, np.where(first < second, first, second + 8))
    face = np.where(belt, in_belt, quarter + np.where(north, 0, 8)).astype(np.int64)
    x = np.where(belt, v - second, np.where(north, 1 - v, u))
    y = np.where(belt, 1 - (u - first), np.where(north, 1 - u, v))
    return face, x, y


def _numbers(face: Cells, column: Floats, row: Floats, order: int) -> Cells:
    last = (1 << order) - 1
    x, y = (np.clip(np.floor(one), 0, last).astype(np.int64) for one in (column, row))
    numbers: Cells = (face << 2 * order) + spread(x) + 2 * spread(y)
    return numbers


def _places(lon: Floats, lat: Floats, radius: float) -> Iterator[tuple[Floats, Floats]]:
    """Yield positions and places all around them, radians."""
    yield lon, lat
    far = math.radians(_WIDER * (radius + _SLACK_DEG))
    for number in range(_PLACES):
        turn = 2 * math.pi * number / _PLACES
        ahead = math.cos(far) * np.cos(lat) - math.sin(far) * math.cos(turn) * np.sin(lat)
        east = math.sin(far) * math.sin(turn)
        height = math.cos(far) * np.sin(lat) + math.sin(far) * math.cos(turn) * np.cos(lat)
        yield lon + np.arctan2(east, ahead), np.arctan2(height, np.hypot(ahead, east))
