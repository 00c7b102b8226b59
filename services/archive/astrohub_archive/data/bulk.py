"""Writing a HATS collection of more rows than memory holds, from a spool and an external sort."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from .index_catalog import IndexCatalog
from .margin import Borders
from .parquet import Dataset
from .partition import COUNT_ORDER, Cut, cut, cut_counted
from .properties import (
    HEALPIX,
    Layout,
    write_collection_properties,
    write_sky_catalog,
)
from .sorting import Sorter, Spool

__all__ = ["ROW", "BulkWriter", "Say", "count_cells", "partition_rows"]

ROW = "_row"
"""The column of a spool that says which row of the source it was."""

_OTHER = "_other"
_INDEX_FILE_ROWS = 1_000_000
_MARGIN_ROWS = 400_000
_LEAST_ROWS, _MOST_ROWS, _PARTITIONS = 32_768, 1_000_000, 2_000

Say = Callable[[str, int, int], None]
"""Called with what is being done, how many rows of it are done, and of how many."""


def count_cells(cells: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how many order 29 indices lie in each pixel of `COUNT_ORDER`."""
    return np.bincount(cells >> 2 * (29 - COUNT_ORDER), minlength=12 * 4**COUNT_ORDER)


def partition_rows(rows: int) -> int:
    """Return how many rows a partition of a catalogue of so many should hold at most."""
    return min(max(rows // _PARTITIONS, _LEAST_ROWS), _MOST_ROWS)


class BulkWriter:
    """Writes the catalogues of one collection.

    Parameters
    ----------
    layout
        How the collection is laid out.
    spool
        Its rows: `_healpix_29`, `_row`, and the columns that are published.
    counts
        Rows in each pixel of `COUNT_ORDER`.
    scratch
        A folder for what is put down in between.
    memory_mb
        Memory that sorting may use.
    say
        Told of the progress.
    """

    def __init__(
        self,
        layout: Layout,
        spool: Spool,
        counts: NDArray[np.int64],
        *,
        scratch: Path,
        memory_mb: int,
        say: Say,
    ) -> None:
        self._layout = layout
        self._spool = spool
        self._counts = counts
        self._scratch = scratch
        self._memory_mb = memory_mb
        self._say = say

    def write(self, folder: Path) -> None:
        """Write the collection into a folder.

        Raises
        ------
        CatalogError, OSError
            When there is not enough memory or room.
        """
        names = [HEALPIX, *(name for name in self._spool.schema.names if name not in (HEALPIX, ROW))]
        with Sorter(self._scratch / "sorting", self._memory_mb) as sorter:
            cuts = self._write_primary(sorter, names, folder)
            if self._layout.margin_arcsec:
                self._write_margin(sorter, names, cuts, folder)
            for column in self._layout.index_columns:
                self._write_index(sorter, cuts, column, folder)
        write_collection_properties(self._layout, folder)

    def _write_primary(self, sorter: Sorter, names: Sequence[str], folder: Path) -> list[Cut]:
        root = folder / self._layout.name
        schema = pa.schema([self._spool.schema.field(name) for name in names])
        dataset = Dataset(root, schema, is_paged=True)
        most = partition_rows(self._spool.rows)
        cuts: list[Cut] = []
        with sorter.sorted(self._spool.files, names, by=(HEALPIX, ROW)) as stream:
            for coarse in cut_counted(self._counts, most):
                rows = stream.take(coarse.stop - coarse.start)
                for one in self._fine(coarse, rows, most):
                    dataset.write(one.path, rows.slice(one.start - coarse.start, one.stop - one.start))
                    cuts.append(one)
                self._say("writing", coarse.stop, self._spool.rows)
        dataset.close()
        lines = {
            "obs_collection": self._layout.name,
            "dataproduct_type": "object",
            "hats_max_rows": str(max((one.stop - one.start for one in cuts), default=0)),
            **self._layout.properties,
        }
        rows_in_all = self._spool.rows
        write_sky_catalog(
            root, self._layout, cuts, rows=rows_in_all, size_bytes=dataset.size_bytes, more=lines
        )
        return cuts

    def _fine(self, coarse: Cut, rows: pa.Table, most: int) -> Iterator[Cut]:
        if coarse.stop - coarse.start <= most:
            yield coarse
            return
        for one in cut(rows[HEALPIX].to_numpy(), most):
            yield replace(one, start=one.start + coarse.start, stop=one.stop + coarse.start)

    def _write_margin(self, sorter: Sorter, names: Sequence[str], cuts: Sequence[Cut], folder: Path) -> None:
        root = folder / self._layout.margin_name
        schema = pa.schema([self._spool.schema.field(name) for name in names])
        outside, members = self._spool_margin(schema, cuts, folder)
        dataset = Dataset(root, schema)
        reached = [(cuts[number], count) for number, count in enumerate(members.tolist()) if count]
        if reached:
            with sorter.sorted(outside.files, names, by=(_OTHER, HEALPIX, ROW)) as rows:
                for one, count in reached:
                    dataset.write(one.path, rows.take(count))
        dataset.close()
        outside.remove()
        lines = {
            "obs_collection": self._layout.margin_name,
            "dataproduct_type": "margin",
            "hats_primary_table_url": self._layout.name,
            "hats_margin_threshold": str(float(self._layout.margin_arcsec)),
        }
        chosen, total = [one for one, _ in reached], int(members.sum())
        write_sky_catalog(root, self._layout, chosen, rows=total, size_bytes=dataset.size_bytes, more=lines)

    def _spool_margin(
        self, schema: pa.Schema, cuts: Sequence[Cut], folder: Path
    ) -> tuple[Spool, NDArray[np.int64]]:
        """Put down the rows of all margins with the number of the partition that each is close to."""
        marks = [pa.field(_OTHER, pa.int64()), pa.field(ROW, pa.int64())]
        spool = Spool(self._scratch / "margin", pa.schema([*schema, *marks]))
        members = np.zeros(len(cuts), dtype=np.int64)
        borders = Borders(cuts, self._layout.margin_arcsec)
        dataset = folder / self._layout.name / "dataset"
        ra, dec = self._layout.ra_column, self._layout.dec_column
        for group in _groups(cuts, _MARGIN_ROWS):
            files = [dataset / one.path for one in group]
            places = pa.concat_tables([_read(file, [ra, dec, HEALPIX]) for file in files])
            pairs = borders.across(
                places[ra].to_numpy().astype(np.float64),
                places[dec].to_numpy().astype(np.float64),
                places[HEALPIX].to_numpy(),
            )
            self._say("margin", group[-1].stop, self._spool.rows)
            if not len(pairs):
                continue
            np.add.at(members, pairs[:, 0], 1)
            for one, file in zip(group, files, strict=True):
                begin = one.start - group[0].start
                here = pairs[(pairs[:, 1] >= begin) & (pairs[:, 1] < begin + one.stop - one.start)]
                if len(here):
                    rows = _read(file, schema.names).take(here[:, 1] - begin)
                    rows = rows.append_column(_OTHER, pa.array(here[:, 0]))
                    rows = rows.append_column(ROW, pa.array(here[:, 1] + group[0].start))
                    spool.add(rows.cast(spool.schema))
        spool.close()
        return spool, members

    def _write_index(self, sorter: Sorter, cuts: Sequence[Cut], column: str, folder: Path) -> None:
        catalog = IndexCatalog(folder, self._layout, self._spool.schema.field(column), cuts)
        known = f'"{column}" IS NOT NULL'
        with sorter.sorted(self._spool.files, [column, HEALPIX], by=(column, HEALPIX), where=known) as rows:
            for number in itertools.count():
                entries = rows.take(_INDEX_FILE_ROWS)
                if not entries.num_rows and number:
                    break
                catalog.write(entries)
                self._say(f"index of {column}", catalog.rows, self._spool.rows)
        catalog.close()


def _read(file: Path, columns: Sequence[str]) -> pa.Table:
    with pq.ParquetFile(file) as opened:
        return opened.read(columns=list(columns))


def _groups(cuts: Sequence[Cut], rows: int) -> Iterator[list[Cut]]:
    """Yield consecutive partitions of about so many rows together."""
    group: list[Cut] = []
    for one in cuts:
        group.append(one)
        if group[-1].stop - group[0].start >= rows:
            yield group
            group = []
    if group:
        yield group
