"""Writing a HATS 1.0 collection: the catalogue itself, its margin and its indexes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa

from .healpix import ORDER, index
from .margin import margins
from .parquet import Dataset
from .partition import Cut, cut

__all__ = ["Source", "write_collection"]

_HEALPIX = f"_healpix_{ORDER}"
_INDEX_FILE_ROWS = 5_000_000


@dataclass(frozen=True)
class Source:
    """A catalogue that is about to be written.

    Attributes
    ----------
    name
        The name of its table.
    rows
        Its columns, in the order in which they are published.
    ra_column, dec_column
        Which of them are the position, ICRS degrees.
    index_columns
        Which identifiers get an index catalogue.
    properties
        More lines for its properties (title, copyright, reference).
    partition_rows
        Rows in one partition at most.
    margin_arcsec
        How far around each partition the margin reaches.
    """

    name: str
    rows: pa.Table
    ra_column: str = "ra"
    dec_column: str = "dec"
    index_columns: tuple[str, ...] = ()
    properties: Mapping[str, str] = field(default_factory=dict)
    partition_rows: int = 32_768
    margin_arcsec: int = 10


def write_collection(source: Source, folder: Path, step: Callable[[], None] = lambda: None) -> None:
    """Write `source` as a HATS collection into `folder`; `step` is called after each of its catalogues."""
    cells = index(source.rows[source.ra_column].to_numpy(), source.rows[source.dec_column].to_numpy())
    order = np.argsort(cells, kind="stable")
    rows = source.rows.take(order).add_column(0, pa.field(_HEALPIX, pa.int64()), pa.array(cells[order]))
    rows = rows.combine_chunks()
    cuts = cut(cells[order], source.partition_rows)
    _write_primary(source, rows, cuts, folder)
    step()
    _write_margin(source, rows, cuts, folder)
    step()
    for column in source.index_columns:
        _write_index(source, rows, cuts, column, folder)
        step()
    _write_properties(folder / "collection.properties", _collection_properties(source))


def _collection_properties(source: Source) -> dict[str, str]:
    margin = _margin_name(source)
    indexes = " ".join(f"{column} {_index_name(source, column)}" for column in source.index_columns)
    lines = {
        "obs_collection": source.name,
        "hats_primary_table_url": source.name,
        "all_margins": margin,
        "default_margin": margin,
    }
    if indexes:
        lines |= {"all_indexes": indexes, "default_index": source.index_columns[0]}
    return lines


def _margin_name(source: Source) -> str:
    return f"{source.name}_margin_{source.margin_arcsec}"


def _index_name(source: Source, column: str) -> str:
    return f"{source.name}_{column}_index"


def _write_primary(source: Source, rows: pa.Table, cuts: Sequence[Cut], folder: Path) -> None:
    root = folder / source.name
    dataset = Dataset(root, rows.schema)
    for one in cuts:
        dataset.write(_path(one), rows.slice(one.start, one.stop - one.start))
    dataset.close()
    _write_partitions(root, cuts)
    largest = max((one.stop - one.start for one in cuts), default=0)
    lines = _sky_properties(source, cuts, len(rows), dataset.size_bytes) | {
        "obs_collection": source.name,
        "dataproduct_type": "object",
        "hats_max_rows": str(largest),
        **source.properties,
    }
    _write_catalog_properties(root, lines)


def _write_margin(source: Source, rows: pa.Table, cuts: Sequence[Cut], folder: Path) -> None:
    root = folder / _margin_name(source)
    ra, dec = rows[source.ra_column].to_numpy(), rows[source.dec_column].to_numpy()
    outside = margins(cuts, ra, dec, source.margin_arcsec)
    dataset = Dataset(root, rows.schema)
    for one, members in outside.items():
        dataset.write(_path(one), rows.take(members))
    dataset.close()
    _write_partitions(root, list(outside))
    total = sum(len(members) for members in outside.values())
    lines = _sky_properties(source, list(outside), total, dataset.size_bytes) | {
        "obs_collection": _margin_name(source),
        "dataproduct_type": "margin",
        "hats_primary_table_url": source.name,
        "hats_margin_threshold": str(float(source.margin_arcsec)),
    }
    _write_catalog_properties(root, lines)


def _write_index(source: Source, rows: pa.Table, cuts: Sequence[Cut], column: str, folder: Path) -> None:
    root = folder / _index_name(source, column)
    lengths = [one.stop - one.start for one in cuts]
    places = {
        "Norder": np.repeat(np.array([one.norder for one in cuts], dtype=np.uint8), lengths),
        "Dir": np.repeat(np.array([one.ndir for one in cuts], dtype=np.uint64), lengths),
        "Npix": np.repeat(np.array([one.npix for one in cuts], dtype=np.uint64), lengths),
    }
    entries = rows.select([column, _HEALPIX])
    for name, values in places.items():
        entries = entries.append_column(name, pa.array(values))
    entries = entries.sort_by(column)
    dataset = Dataset(root, entries.schema)
    for number, start in enumerate(range(0, len(entries), _INDEX_FILE_ROWS)):
        dataset.write(f"index/part.{number}.parquet", entries.slice(start, _INDEX_FILE_ROWS))
    dataset.close()
    lines = {
        "obs_collection": _index_name(source, column),
        "dataproduct_type": "index",
        "hats_nrows": str(len(entries)),
        "hats_primary_table_url": source.name,
        "hats_index_column": column,
        "hats_index_extra_column": "",
        "hats_version": "v1.0",
    }
    _write_catalog_properties(root, lines)


def _path(one: Cut) -> str:
    return f"Norder={one.norder}/Dir={one.ndir}/Npix={one.npix}.parquet"


def _sky_properties(source: Source, cuts: Sequence[Cut], rows: int, size_bytes: int) -> dict[str, str]:
    return {
        "hats_nrows": str(rows),
        "hats_col_ra": source.ra_column,
        "hats_col_dec": source.dec_column,
        "hats_col_healpix": _HEALPIX,
        "hats_col_healpix_order": str(ORDER),
        "hats_npix_suffix": ".parquet",
        "hats_order": str(max((one.norder for one in cuts), default=0)),
        "moc_sky_fraction": f"{sum(1 / (12 * 4**one.norder) for one in cuts):.5f}",
        "hats_estsize": str(size_bytes // 1024),
        "hats_version": "v1.0",
    }


def _write_partitions(root: Path, cuts: Sequence[Cut]) -> None:
    ordered = sorted(cuts, key=lambda one: one.npix << 2 * (ORDER - one.norder))
    lines = ["Norder,Npix", *(f"{one.norder},{one.npix}" for one in ordered)]
    (root / "partition_info.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _write_catalog_properties(root: Path, lines: Mapping[str, str]) -> None:
    # Readers of HATS before 1.0 look for `properties`, later ones for `hats.properties`.
    for name in ("hats.properties", "properties"):
        _write_properties(root / name, lines)


def _write_properties(path: Path, lines: Mapping[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{key}={value}\n" for key, value in lines.items()), encoding="utf-8")
