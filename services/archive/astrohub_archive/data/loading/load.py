"""Loading a table: from files to a published table that is whole, or not there."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ...errors import CatalogError
from ..bulk import BulkWriter
from ..properties import Layout
from ..publishing import told, workplace
from ..sorting import Sorter, Spool
from .columns import Columns, agree
from .description import describe_table
from .intake import Intake
from .names import TableName
from .plain import write_plain_table
from .positions import Missing, checked_index, find_identifier, find_position
from .publication import check_free, publish
from .request import LoadRequest
from .sources import find_files
from .standard import check_standard, with_standard_words

__all__ = ["Loaded", "load_table"]

Say = Callable[[str, int, int], None]


@dataclass
class Loaded:
    """What has been loaded.

    Attributes
    ----------
    table
        Its name.
    rows
        How many rows it has.
    position
        The columns of the position, if it has any.
    indexes
        The identifiers that have an index.
    renamed
        Columns that have another name than in the file.
    left_out
        What is said of rows that were left out.
    description
        The file that describes it.
    """

    table: TableName
    rows: int = 0
    position: tuple[str, str] | None = None
    indexes: tuple[str, ...] = ()
    renamed: dict[str, str] = field(default_factory=dict)
    left_out: str | None = None
    description: Path | None = None

    def lines(self) -> list[str]:
        """Say it to people."""
        where = f"by position ({', '.join(self.position)})" if self.position else "without positions"
        lines = [f"{self.table} is loaded: {self.rows:,} rows, {where}."]
        if self.indexes:
            lines.append(f"Fast by identifier: {', '.join(self.indexes)}.")
        if self.renamed:
            pairs = ", ".join(f"{old} is {new}" for old, new in self.renamed.items())
            lines.append(f"Some columns have other names now: {pairs}.")
        if self.left_out:
            lines.append(f"Left out: {self.left_out}.")
        lines.append(f"Units, UCDs and descriptions are in {self.description}; edit what is missing there.")
        lines.append("A running archive shows the table within a few seconds.")
        return lines


def load_table(request: LoadRequest, public: Path, say: Say) -> Loaded:
    """Load files as a published table.

    Parameters
    ----------
    request
        Which files, as which table, and how.
    public
        The folder of published catalogues.
    say
        Called with what is being done, how many rows are done, and of how many (0: not known).

    Raises
    ------
    CatalogError
        When it cannot be loaded; nothing is left of it then, and a table that was to be replaced stays.
    """
    with told(public, str(request.table)):
        check_free(public, request.table, replace=request.replace)
        with workplace(public, str(request.table)) as scratch:
            return _Loading(request, public, scratch, say).run()


class _Loading:
    """One load, from its files to its place."""

    def __init__(self, request: LoadRequest, public: Path, scratch: Path, say: Say) -> None:
        self._request = request
        self._public = public
        self._scratch = scratch
        self._say = say
        # The names of files differ from load to load: a reader of a former table never meets rows of another.
        self._name = f"{request.table.table}_{datetime.now(UTC):%Y%m%d%H%M%S%f}"[:-3]

    def run(self) -> Loaded:
        request = self._request
        opened = [(source, source.open()) for source in find_files(request.files)]
        columns, parts = agree(opened)
        check_standard(request.table, columns.schema.names)
        intake = Intake([(*one, part) for one, part in zip(opened, parts, strict=True)], columns, self._say)
        loaded = Loaded(request.table, renamed=dict(columns.renamed))
        made = self._scratch / request.table.table
        if request.positions:
            self._write_placed(intake, columns, loaded, made)
        else:
            loaded.rows = write_plain_table(made, self._name, columns.schema, intake.plain())
        if not loaded.rows:
            raise CatalogError(f"There are no rows to load in {', '.join(map(str, request.files))}.")
        described = self._describe(intake, columns, loaded, opened[0][1].description)
        loaded.description = publish(self._public, request.table, made, described, replace=request.replace)
        return loaded

    def _write_placed(self, intake: Intake, columns: Columns, loaded: Loaded, made: Path) -> None:
        request = self._request
        pair = find_position(columns, request.ra, request.dec)
        wanted = [checked_index(columns, name) for name in request.indexes]
        spool, counts, missing = intake.placed(
            self._scratch / "spool", pair, skip_without_position=request.skip_without_position
        )
        loaded.position, loaded.rows, loaded.left_out = pair, spool.rows, _said(missing)
        if not spool.rows:
            return
        loaded.indexes = self._indexes(columns, spool, wanted)
        layout = Layout(self._name, *pair, index_columns=loaded.indexes)
        writer = BulkWriter(
            layout, spool, counts, scratch=self._scratch, memory_mb=request.memory_mb, say=self._say
        )
        writer.write(made)
        shutil.rmtree(self._scratch / "spool")

    def _indexes(self, columns: Columns, spool: Spool, wanted: list[str]) -> tuple[str, ...]:
        identifier, is_known = find_identifier(columns)
        if identifier is not None and identifier not in wanted and not is_known:
            with Sorter(self._scratch / "sorting", self._request.memory_mb) as sorter:
                is_known = sorter.is_unique(spool.files, identifier)
        found = [identifier] if identifier is not None and is_known else []
        return tuple(dict.fromkeys([*found, *wanted]))

    def _describe(self, intake: Intake, columns: Columns, loaded: Loaded, description: str) -> dict[str, Any]:
        principal = [*loaded.indexes, *(loaded.position or ())]
        described = describe_table(
            loaded.table, columns, intake.texts, description=description, principal=principal
        )
        return with_standard_words(loaded.table, described)


def _said(missing: Missing) -> str | None:
    return missing.sentence() if missing.rows else None
