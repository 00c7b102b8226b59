"""Writing a HATS 1.0 collection: the catalogue itself, its margin and its indexes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa

from .healpix import index
from .index_catalog import IndexCatalog
from .margin import margins
from .parquet import Dataset
from .partition import Cut, cut
from .properties import (
    HEALPIX,
    Layout,
    write_collection_properties,
    write_sky_catalog,
)

__all__ = ["Source", "write_collection"]

_INDEX_FILE_ROWS = 5_000_000


@dataclass(frozen=True)
class Source:
    """A catalogue that is about to be written, all of it in memory.

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

    @property
    def layout(self) -> Layout:
        """Return how its collection is laid out."""
        return Layout(
            name=self.name,
            ra_column=self.ra_column,
            dec_column=self.dec_column,
            index_columns=self.index_columns,
            properties=self.properties,
            margin_arcsec=self.margin_arcsec,
        )


def write_collection(source: Source, folder: Path, step: Callable[[], None] = lambda: None) -> None:
    """Write `source` as a HATS collection into `folder`; `step` is called after each of its catalogues."""
    cells = index(source.rows[source.ra_column].to_numpy(), source.rows[source.dec_column].to_numpy())
    order = np.argsort(cells, kind="stable")
    rows = source.rows.take(order).add_column(0, pa.field(HEALPIX, pa.int64()), pa.array(cells[order]))
    rows = rows.combine_chunks()
    cuts = cut(cells[order], source.partition_rows)
    _write_primary(source.layout, rows, cuts, folder)
    step()
    _write_margin(source.layout, rows, cuts, folder)
    step()
    for column in source.index_columns:
        _write_index(source.layout, rows, cuts, column, folder)
        step()
    write_collection_properties(source.layout, folder)


def _write_primary(layout: Layout, rows: pa.Table, cuts: Sequence[Cut], folder: Path) -> None:
    root = folder / layout.name
    dataset = Dataset(root, rows.schema, is_paged=True)
    for one in cuts:
        dataset.write(one.path, rows.slice(one.start, one.stop - one.start))
    dataset.close()
    largest = max((one.stop - one.start for one in cuts), default=0)
    lines = {
        "obs_collection": layout.name,
        "dataproduct_type": "object",
        "hats_max_rows": str(largest),
        **layout.properties,
    }
    write_sky_catalog(root, layout, cuts, rows=len(rows), size_bytes=dataset.size_bytes, more=lines)


def _write_margin(layout: Layout, rows: pa.Table, cuts: Sequence[Cut], folder: Path) -> None:
    root = folder / layout.margin_name
    ra, dec = rows[layout.ra_column].to_numpy(), rows[layout.dec_column].to_numpy()
    outside = margins(cuts, ra, dec, rows[HEALPIX].to_numpy(), layout.margin_arcsec)
    dataset = Dataset(root, rows.schema)
    for one, members in outside.items():
        dataset.write(one.path, rows.take(members))
    dataset.close()
    total = sum(len(members) for members in outside.values())
    lines = {
        "obs_collection": layout.margin_name,
        "dataproduct_type": "margin",
        "hats_primary_table_url": layout.name,
        "hats_margin_threshold": str(float(layout.margin_arcsec)),
    }
    write_sky_catalog(root, layout, list(outside), rows=total, size_bytes=dataset.size_bytes, more=lines)


def _write_index(layout: Layout, rows: pa.Table, cuts: Sequence[Cut], column: str, folder: Path) -> None:
    entries = rows.select([column, HEALPIX])
    entries = entries.filter(entries[column].is_valid()).sort_by(
        [(column, "ascending"), (HEALPIX, "ascending")]
    )
    catalog = IndexCatalog(folder, layout, rows.schema.field(column), cuts)
    for start in range(0, max(len(entries), 1), _INDEX_FILE_ROWS):
        catalog.write(entries.slice(start, _INDEX_FILE_ROWS))
    catalog.close()
