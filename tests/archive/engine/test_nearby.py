"""Of a table that is joined by position to a list, only what lies around the list's positions is read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import astropy.units as u
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from astrohub_archive.adql import understand
from astrohub_archive.data.healpix import shift
from astrohub_archive.engine.nearby import touched
from astrohub_archive.engine.plan import Planner, Reading
from astrohub_archive.models import Column, HatsTable, PlainTable, Schema, Statement, Table
from astrohub_archive.settings import Limits
from astropy.coordinates import Latitude, Longitude
from cdshealpix import nested

from ...support.catalogs import FIRST_ID, open_folder
from .conftest import Asker

pytestmark = pytest.mark.asyncio(loop_scope="module")

_RADIUS = 2 / 3600
_POSITION = (Column("ra", "double"), Column("dec", "double"))


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A folder of uploads, which workers can read."""
    with open_folder() as folder:
        yield folder


def _joined(asker: Asker, folder: Path, uploaded: pa.Table | None, rest: str = "") -> Statement:
    """Return a crossmatch of uploaded positions with the stars."""
    path = folder / f"{len(list(folder.iterdir()))}.parquet"
    if uploaded is not None:
        pq.write_table(uploaded, path)
    storage = PlainTable((path,), 1, private_folder=folder)
    mine = Table("TAP_UPLOAD", "mine", _POSITION, storage, rows=uploaded.num_rows if uploaded else 1)
    catalog = asker.archive.catalog().with_schema(Schema("TAP_UPLOAD", (mine,)), qualified_only=True)
    near = f"DISTANCE(m.ra, m.dec, s.ra, s.dec) <= {_RADIUS}"
    query = f"SELECT s.star_id FROM TAP_UPLOAD.mine AS m JOIN sky.stars AS s ON {near} {rest}"
    return understand(query, catalog, Limits())


def _reading(statement: Statement) -> Reading:
    """Return what is read of the stars that are joined."""
    return Planner().readings(statement)[1][1]


def _partitions(asker: Asker) -> int:
    storage = asker.table.storage
    assert isinstance(storage, HatsTable)
    return len(storage.partitions)


async def test_only_the_files_around_uploaded_positions_are_read(asker: Asker, folder: Path) -> None:
    stars = asker.archive.stars
    chosen = stars.take(np.flatnonzero(stars["dec"].to_numpy() > 89.99))
    assert len(chosen) > 10
    nowhere = pa.table({"ra": [np.nan, 5.0, None], "dec": [5.0, 91.0, 5.0]})
    statement = _joined(asker, folder, pa.concat_tables([chosen.select(["ra", "dec"]), nowhere]))
    assert 0 < len(_reading(statement).files) < _partitions(asker) / 3
    assert not Planner().is_easy(statement)
    found = set((await asker.rows(statement))["star_id"].to_pylist())
    assert found >= set(chosen["star_id"].to_pylist())


async def test_around_a_position_beyond_a_pole_is_what_lies_behind_it(asker: Asker, folder: Path) -> None:
    readings = [
        _reading(_joined(asker, folder, pa.table({"ra": [ra], "dec": [dec]})))
        for ra, dec in ((10.0, 90.25), (190.0, 89.75), (10.0, -90.25), (190.0, -89.75), (10.0, 95.0))
    ]
    north, behind_it, south, behind_that, nowhere = ([path.name for path in one.files] for one in readings)
    assert north == behind_it
    assert south == behind_that
    assert north != south
    assert north
    assert not nowhere


async def test_around_positions_all_over_the_sky_everything_is_read(asker: Asker, folder: Path) -> None:
    statement = _joined(asker, folder, asker.archive.stars.select(["ra", "dec"]))
    reading = _reading(statement)
    assert (len(reading.files), reading.cells) == (_partitions(asker), None)


async def test_nothing_is_read_around_no_position(asker: Asker, folder: Path) -> None:
    statement = _joined(asker, folder, pa.table({"ra": [np.nan], "dec": [0.0]}))
    assert _reading(statement).files == ()
    assert (await asker.rows(statement)).num_rows == 0


async def test_around_positions_that_cannot_be_read_everything_is(asker: Asker, folder: Path) -> None:
    assert len(_reading(_joined(asker, folder, None)).files) == _partitions(asker)


async def test_around_rows_of_an_identifier_only_their_files_are_read(asker: Asker) -> None:
    near = f"DISTANCE(a.ra, a.dec, b.ra, b.dec) <= {_RADIUS}"
    join = f"sky.stars AS a JOIN sky.stars AS b ON {near}"
    query = f"SELECT b.star_id FROM {join} WHERE a.star_id IN ({FIRST_ID}, {FIRST_ID + 3 * 4711})"
    statement = understand(query, asker.archive.catalog(), Limits())
    assert 1 <= len(_reading(statement).files) <= 4
    found = set((await asker.rows(statement))["star_id"].to_pylist())
    assert found >= {FIRST_ID, FIRST_ID + 3 * 4711}


@pytest.mark.parametrize("radius", [0, 1 / 3600, 0.01])
async def test_all_cells_around_positions_are_found(radius: float) -> None:
    rng = np.random.default_rng(5)
    corners = nested.vertices(np.append(np.arange(12), rng.integers(0, 12 * 4**8, 60)), 8)
    bases = nested.vertices(np.arange(12), 0)
    ra = np.concatenate([corners[0].deg.ravel(), bases[0].deg.ravel(), rng.uniform(0, 360, 60)])
    dec = np.concatenate([corners[1].deg.ravel(), bases[1].deg.ravel(), rng.uniform(-90, 90, 60)])
    ra, dec = shift(ra, dec, distance_deg=radius / 2, angle_rad=1.0)
    turns = np.linspace(0, 2 * np.pi, 60)
    lon, lat = np.array([shift(ra, dec, distance_deg=radius, angle_rad=turn) for turn in turns]).swapaxes(
        0, 1
    )
    cells = nested.lonlat_to_healpix(Longitude(lon, u.deg), Latitude(lat, u.deg), 8).astype(np.int64)
    for number in range(len(ra)):
        found = touched(ra[number : number + 1], dec[number : number + 1], radius, 8)
        assert set(cells[:, number].tolist()) <= set(found.tolist())
        assert len(found) <= 9
