"""The scans of a query: each place in which it names a published table, and what it needs of it there."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace

from ..errors import QueryError
from ..models import (
    HEALPIX_COLUMN,
    HatsTable,
    IdentifierFilter,
    Nearby,
    Partner,
    PlainTable,
    Region,
    Scan,
    Table,
)
from .spherical import widened
from .values import ColumnRead, Near, Restriction, quoted

__all__ = ["MAXIMUM_SCANS", "Scans"]

MAXIMUM_SCANS = 50
"""Tables that one query may name, each occurrence counted."""


@dataclass
class _Use:
    table: Table
    columns: dict[str, None] = field(default_factory=dict)
    region: Region | None = None
    identifiers: IdentifierFilter | None = None
    nearby: Nearby | None = None


class Scans:
    """Counts the scans of one query while it is being understood."""

    def __init__(self) -> None:
        self._uses: list[_Use] = []
        self._links: list[tuple[ColumnRead, ColumnRead, float | None]] = []

    def add(self, table: Table) -> int:
        """Take note of a table that the query names; return the scan's number.

        Raises
        ------
        QueryError
            When the query names too many.
        """
        if len(self._uses) >= MAXIMUM_SCANS:
            raise QueryError(f"A query may name {MAXIMUM_SCANS} tables at most.")
        self._uses.append(_Use(table))
        return len(self._uses) - 1

    def alias(self, scan: int) -> str:
        """Return the name under which the engine finds a scan."""
        return f"scan_{scan}"

    def table(self, scan: int) -> Table:
        """Return the table that a scan reads."""
        return self._uses[scan].table

    def read(self, read: ColumnRead) -> None:
        """Take note that a column is needed."""
        self._uses[read.scan].columns[read.column] = None

    def restrict(self, restriction: Restriction) -> None:
        """Take note that only some rows of a scan can matter; what was noted first stays."""
        use = self._uses[restriction.scan]
        use.region = use.region or restriction.region
        use.identifiers = use.identifiers or restriction.identifiers

    def link(self, one: ColumnRead, other: ColumnRead, radius: float | None) -> None:
        """Take note that rows of the other scan matter only beside rows of the first that matter.

        `radius` is how far apart (degrees) their positions may be; without one, the columns are equal.
        """
        self._links.append((one, other, radius))

    def beside(self, near: Near, bound: Collection[int | None]) -> None:
        """Take note that rows of a bound scan, by their own positions, matter only near those of others."""
        if near.radius < 0:
            return
        for one, other in ((near.first, near.second), (near.second, near.first)):
            lon, lat, read = one.lon.read, one.lat.read, other.lon.read
            if read is None or read.scan not in bound or not self.is_position(read, other.lat.read):
                continue
            if lon is not None and lat is not None and lon.scan == lat.scan != read.scan:
                reach = near.radius + self.table(read.scan).displacement_deg
                use = self._uses[read.scan]
                use.nearby = use.nearby or Nearby(self.alias(lon.scan), lon.column, lat.column, reach)

    def indexed(self, read: ColumnRead) -> bool:
        """Say whether rows can be found by a column's value."""
        storage = self._uses[read.scan].table.storage
        return isinstance(storage, HatsTable) and read.column in storage.indexes

    def is_position(self, lon: ColumnRead | None, lat: ColumnRead | None) -> bool:
        """Say whether two columns are the position by which the files of one scan are arranged."""
        if lon is None or lat is None or lon.scan != lat.scan:
            return False
        storage = self._uses[lon.scan].table.storage
        return (
            isinstance(storage, HatsTable)
            and lon.column == storage.ra_column
            and lat.column == storage.dec_column
        )

    def stored_cell(self, read: ColumnRead) -> str:
        """Return the HEALPix cell of order 29 of a scan's rows, by which its files are sorted."""
        assert read.alias is not None
        self._uses[read.scan].columns[HEALPIX_COLUMN] = None
        return f"{quoted(read.alias)}.{quoted(HEALPIX_COLUMN)}"

    def finished(self) -> tuple[Scan, ...]:
        """Return what is known of all scans."""
        for _ in self._links:
            for one, other, radius in self._links:
                self._follow(one, other, radius)
        return tuple(
            Scan(
                alias=self.alias(number),
                table=use.table,
                columns=_in_order(use),
                region=use.region,
                identifiers=use.identifiers,
                partner=(partner := self._partner(number)),
                nearby=None if use.region or use.identifiers or partner else use.nearby,
            )
            for number, use in enumerate(self._uses)
        )

    def _partner(self, scan: int) -> Partner | None:
        """Return the scan by whose rows those of a scan can be found of which nothing else is known."""
        use = self._uses[scan]
        if use.region is not None or use.identifiers is not None:
            return None
        for one, other, radius in self._links:
            known = self._uses[one.scan]
            few = isinstance(known.table.storage, PlainTable)
            restricted = few or known.region is not None or known.identifiers is not None
            if other.scan == scan and radius is None and restricted and self._can_find(other, one):
                return Partner(other.column, self.alias(one.scan), one.column)
        return None

    def _can_find(self, indexed: ColumnRead, by: ColumnRead) -> bool:
        kinds = [
            next((c.datatype for c in self._uses[read.scan].table.columns if c.name == read.column), None)
            for read in (indexed, by)
        ]
        return self.indexed(indexed) and kinds[0] is not None and kinds[0] == kinds[1]

    def _follow(self, one: ColumnRead, other: ColumnRead, radius: float | None) -> None:
        """Restrict a scan by what another one, to which it is linked, is restricted by."""
        known, use = self._uses[one.scan], self._uses[other.scan]
        if radius is not None:
            if known.region is not None and use.region is None:
                use.region = widened(known.region, radius)
            return
        wanted = known.identifiers
        if wanted is not None and wanted.column == one.column and use.identifiers is None:
            use.identifiers = replace(wanted, column=other.column) if self.indexed(other) else None


def _in_order(use: _Use) -> tuple[str, ...]:
    """Return the needed columns in the order of the table, then the one that is not published."""
    published = tuple(c.name for c in use.table.columns if c.name in use.columns)
    hidden = HEALPIX_COLUMN in use.columns and HEALPIX_COLUMN not in published
    return (*published, HEALPIX_COLUMN) if hidden else published
