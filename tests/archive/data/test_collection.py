"""A collection that we write is one that `hats` reads, whole and at the borders."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from astrohub_archive.catalog.storage import read_storage
from astrohub_archive.data.collection import Source, write_collection
from astrohub_archive.data.healpix import index
from astrohub_archive.data.parquet import Dataset
from astrohub_archive.engine.kept import Kept
from astrohub_archive.engine.lookup import Lookup
from astrohub_archive.models import HatsTable
from hats.io.validation import is_valid_collection
from hats.loaders.read_hats import read_hats

from ...support.catalogs import FIRST_ID, synthetic_sky

ROWS = 6_000


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A collection of a synthetic sky."""
    folder = tmp_path_factory.mktemp("collection") / "stars"
    source = Source(
        "stars", synthetic_sky(ROWS), index_columns=("star_id",), partition_rows=500, margin_arcsec=600
    )
    write_collection(source, folder)
    return folder


def test_hats_finds_it_valid(collection: Path) -> None:
    assert is_valid_collection(collection, strict=True)
    catalog: Any = read_hats(collection)
    assert catalog.main_catalog.catalog_info.total_rows == ROWS
    assert catalog.all_margins == ["stars_margin_600"]
    assert len(catalog.get_healpix_pixels()) > 12


def test_every_file_is_sorted_by_position_with_statistics(collection: Path) -> None:
    total = 0
    for path in (collection / "stars" / "dataset").glob("Norder=*/Dir=*/Npix=*.parquet"):
        rows = pq.read_table(path, partitioning=None)
        cells = rows["_healpix_29"].to_numpy()
        norder, npix = int(path.parts[-3].split("=")[1]), int(path.stem.split("=")[1])
        assert (np.diff(cells) >= 0).all()
        assert (cells >> 2 * (29 - norder) == npix).all()
        assert (cells == index(rows["ra"].to_numpy(), rows["dec"].to_numpy())).all()
        assert pq.read_metadata(path).row_group(0).column(0).statistics.has_min_max
        assert pq.read_metadata(path).row_group(0).column(0).compression == "LZ4"
        total += len(rows)
    assert total == ROWS


def test_all_leaves_of_lists_are_packed(tmp_path: Path) -> None:
    rows = pa.table({"id": np.arange(100), "cov": [[0.0] * 9] * 100})
    dataset = Dataset(tmp_path, rows.schema)
    dataset.write("all.parquet", rows)
    group = pq.read_metadata(tmp_path / "dataset" / "all.parquet").row_group(0)
    packed = {group.column(number).path_in_schema: group.column(number).compression for number in range(2)}
    assert packed == {"id": "ZSTD", "cov.list.element": "ZSTD"}


def test_an_index_of_an_identifier_that_no_row_has_is_there(tmp_path: Path) -> None:
    sky = synthetic_sky(200)
    sky = sky.append_column("other_id", pa.nulls(len(sky), pa.int64()))
    write_collection(Source("stars", sky, index_columns=("other_id",), partition_rows=50), tmp_path)
    part = tmp_path / "stars_other_id_index" / "dataset" / "index" / "part.0.parquet"
    assert pq.read_metadata(part).num_rows == 0
    storage = read_storage(tmp_path).storage
    assert isinstance(storage, HatsTable)
    assert Lookup(storage.indexes["other_id"], Kept()).find([5]).rows == 0


def test_hats_finds_the_partition_of_an_identifier(collection: Path) -> None:
    index_catalog: Any = read_hats(collection / "stars_star_id_index")
    pixels = index_catalog.loc_partitions([FIRST_ID + 3 * 77])
    assert len(pixels) == 1
    path = next(
        (collection / "stars" / "dataset").glob(
            f"Norder={pixels[0].order}/Dir=*/Npix={pixels[0].pixel}.parquet"
        )
    )
    assert FIRST_ID + 3 * 77 in pq.read_table(path, partitioning=None)["star_id"].to_pylist()


def test_the_margin_holds_what_lies_close_outside(collection: Path) -> None:
    """Compare with a dense set of points inside each partition: whatever is close to one of them is close."""
    files = {
        kind: {
            path.relative_to(collection / kind / "dataset"): pq.read_table(path, partitioning=None)
            for path in (collection / kind / "dataset").glob("Norder=*/Dir=*/Npix=*.parquet")
        }
        for kind in ("stars", "stars_margin_600")
    }
    every = {
        key: _vectors(rows["ra"].to_numpy(), rows["dec"].to_numpy()) for key, rows in files["stars"].items()
    }
    reach = np.radians(600 / 3600)
    found = 0
    for key, vectors in every.items():
        margin = files["stars_margin_600"].get(key)
        names = set(margin["star_id"].to_pylist()) if margin is not None else set()
        own = set(files["stars"][key]["star_id"].to_pylist())
        assert not names & own
        for other, others in every.items():
            if other == key:
                continue
            # A star within reach of a star of this partition is certainly within reach of the partition.
            near = (others @ vectors.T).max(axis=1) >= np.cos(reach)
            close = set(np.array(files["stars"][other]["star_id"].to_pylist())[near].tolist())
            assert close <= names
            found += len(close)
    assert found > 5


def _vectors(ra: np.ndarray, dec: np.ndarray) -> np.ndarray:
    lon, lat = np.radians(ra), np.radians(dec)
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1)


def test_the_same_rows_make_the_same_bytes(tmp_path: Path) -> None:
    source = Source("stars", synthetic_sky(2_000), index_columns=("star_id",), partition_rows=500)
    for name in ("one", "two"):
        write_collection(source, tmp_path / name)
    files = sorted(
        path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*") if path.is_file()
    )
    assert len(files) > 20
    for path in files:
        assert (tmp_path / "one" / path).read_bytes() == (tmp_path / "two" / path).read_bytes(), path
    assert {os.path.basename(path) for path in files} >= {
        "partition_info.csv",
        "_metadata",
        "_common_metadata",
    }
