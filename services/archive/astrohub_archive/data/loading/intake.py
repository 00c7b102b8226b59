"""Taking in the rows of all files once: into a spool, in their places on the sky."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ...errors import CatalogError
from ...table_files.rows import Rows
from ..bulk import ROW, count_cells
from ..healpix import index
from ..partition import COUNT_ORDER
from ..properties import HEALPIX
from ..sorting import Spool
from .columns import Columns, FileColumns
from .positions import Missing, read_positions
from .sources import SourceFile

__all__ = ["Intake", "Texts"]

Say = Callable[[str, int, int], None]


@dataclass
class Texts:
    """What the values of text columns have in common: how long they are, and of which characters."""

    longest: dict[str, int] = field(default_factory=dict)
    plain: dict[str, bool] = field(default_factory=dict)

    def look_at(self, rows: pa.Table) -> None:
        """Take note of some rows."""
        for one in rows.schema:
            if pa.types.is_string(one.type):
                values = rows[one.name]
                long = pc.max(pc.utf8_length(values)).as_py() or 0
                plain = pc.all(pc.string_is_ascii(values)).as_py() is not False
                self.longest[one.name] = max(self.longest.get(one.name, 0), long)
                self.plain[one.name] = self.plain.get(one.name, True) and plain


class Intake:
    """Reads the files of one table.

    Parameters
    ----------
    files
        The files, their rows and columns.
    columns
        The columns of the table.
    say
        Told of the progress.
    """

    def __init__(
        self, files: Sequence[tuple[SourceFile, Rows, FileColumns]], columns: Columns, say: Say
    ) -> None:
        self._files = files
        self._columns = columns
        self._say = say
        self.texts = Texts()
        self.rows = 0

    def plain(self) -> Iterator[pa.Table]:
        """Yield all rows in their order."""
        for rows, _, _ in self._tables():
            yield rows

    def placed(
        self, folder: Path, pair: tuple[str, str], *, skip_without_position: bool
    ) -> tuple[Spool, np.ndarray, Missing]:
        """Put the rows down with their order 29 indices, and count them by pixel.

        Raises
        ------
        CatalogError
            When rows have no position and are not to be left out; all of them are counted.
        """
        marks = [pa.field(HEALPIX, pa.int64()), pa.field(ROW, pa.int64())]
        spool = Spool(folder, pa.schema([*marks, *self._columns.schema]))
        counts = np.zeros(12 * 4**COUNT_ORDER, dtype=np.int64)
        missing = Missing()
        for rows, source, before in self._tables():
            ra, dec, valid = read_positions(rows, pair, missing, where=source.path.name, before=before)
            if missing.rows and not skip_without_position:
                continue  # it will be refused: the rest is only counted
            cells = index(ra[valid], dec[valid])
            counts += count_cells(cells)
            number = np.arange(self.rows - rows.num_rows, self.rows)[valid]
            kept = rows if valid.all() else rows.filter(pa.array(valid))
            spool.add(pa.table([pa.array(cells), pa.array(number), *kept.columns], schema=spool.schema))
        spool.close()
        if missing.rows and not skip_without_position:
            raise CatalogError(
                f"Of {self.rows:,} rows, {missing.sentence()}. Mend them, leave them out with "
                "--skip-without-position, or load all rows as a table without positions: --no-positions."
            )
        return spool, counts, missing

    def _tables(self) -> Iterator[tuple[pa.Table, SourceFile, int]]:
        for number, (source, rows, part) in enumerate(self._files, 1):
            before = 0
            name = source.path.name
            doing = (
                f"reading {name}"
                if len(self._files) == 1
                else f"reading {name} ({number} of {len(self._files)})"
            )
            self._say(doing, self.rows, 0)
            for batch in rows.batches:
                if batch.num_rows:
                    fitted = part.fit(batch, self._columns.schema, source)
                    self.texts.look_at(fitted)
                    self.rows += fitted.num_rows
                    yield fitted, source, before
                    before += fitted.num_rows
                    self._say(doing, self.rows, 0)
