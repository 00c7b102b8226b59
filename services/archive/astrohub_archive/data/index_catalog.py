"""Writing an index catalogue: where the rows with each value of an identifier stand."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from .parquet import Dataset
from .partition import Cut
from .properties import HEALPIX, Layout, write_index_properties

__all__ = ["IndexCatalog"]

# Packed, identifiers that stand in many rows each take a fraction of the room, others hardly less.
_MANY_ROWS_EACH = 4


class IndexCatalog:
    """The index catalogue of one identifier, written part by part and closed by its properties.

    Parameters
    ----------
    folder
        The folder of the collection.
    layout
        How the collection is laid out.
    identifier
        The column.
    cuts
        The partitions of the primary catalogue.
    """

    def __init__(self, folder: Path, layout: Layout, identifier: pa.Field, cuts: Sequence[Cut]) -> None:
        self._root = folder / layout.index_name(identifier.name)
        self._layout = layout
        self._column: str = identifier.name
        ordered = sorted(cuts, key=lambda one: one.cells[0])
        self._starts = np.array([one.cells[0] for one in ordered], dtype=np.int64)
        self._places: dict[str, NDArray[Any]] = {
            "Norder": np.array([one.norder for one in ordered], dtype=np.uint8),
            "Dir": np.array([one.ndir for one in ordered], dtype=np.uint64),
            "Npix": np.array([one.npix for one in ordered], dtype=np.uint64),
        }
        fields = [identifier.with_nullable(False), pa.field(HEALPIX, pa.int64(), nullable=False)]
        fields += [pa.field(name, pa.from_numpy_dtype(values.dtype)) for name, values in self._places.items()]
        self._dataset = Dataset(self._root, pa.schema(fields))
        self._numbers = itertools.count()
        self.rows = 0
        """How many were written."""

    def write(self, entries: pa.Table) -> None:
        """Write the next part: identifiers and cells, none missing, in the order of the identifiers."""
        partition = np.searchsorted(self._starts, entries[HEALPIX].to_numpy(), side="right") - 1
        for name, values in self._places.items():
            entries = entries.append_column(name, pa.array(values[partition]))
        self._dataset.write(f"index/part.{next(self._numbers)}.parquet", entries, plain=self._plain(entries))
        self.rows += entries.num_rows

    def close(self) -> None:
        """Write what stands beside the parts."""
        self._dataset.close()
        write_index_properties(self._root, self._layout, self._column, rows=self.rows)

    def _plain(self, entries: pa.Table) -> tuple[str, ...]:
        """Return the columns that lie in a file as in memory: one row is found without unpacking others."""
        if entries.schema.field(self._column).type != pa.int64():
            return ()
        different = pc.count_distinct(entries[self._column]).as_py()
        return (self._column, HEALPIX) if entries.num_rows < _MANY_ROWS_EACH * different else ()
