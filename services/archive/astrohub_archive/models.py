"""The nouns of the archive: columns, tables and what a query is once it has been understood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

__all__ = [
    "HEALPIX_COLUMN",
    "SHORT_NUMBERS_DEG",
    "Column",
    "Comparison",
    "HatsTable",
    "IdentifierFilter",
    "IndexCatalog",
    "Key",
    "Nearby",
    "Outcome",
    "Partition",
    "Partner",
    "Pick",
    "PlainTable",
    "Principal",
    "Region",
    "ResultColumn",
    "Scan",
    "Schema",
    "Statement",
    "Table",
]


HEALPIX_COLUMN = "_healpix_29"
"""By which the rows of a HATS table are sorted; a scan may ask for it, published or not."""

SHORT_NUMBERS_DEG = 2e-5
"""Half a step between numbers of 32 bits is less, for right ascension and declination together."""


@dataclass(frozen=True)
class Column:
    """One column of a published table, in the words of VOTable 1.5 and TAP_SCHEMA.

    `datatype` is a VOTable datatype (boolean, short, int, long, float, double, char, unicodeChar);
    `arraysize` and `xtype` follow VOTable 1.5 §2.2 and DALI 1.1 §3.3. `unit` is a VOUnit string.

    `relative_to` is set for texts that are addresses, or places below one: this one. It is empty where
    nothing is served that they could be places of.
    """

    name: str
    datatype: str
    arraysize: str | None = None
    xtype: str | None = None
    unit: str | None = None
    ucd: str | None = None
    utype: str | None = None
    description: str = ""
    principal: bool = False
    indexed: bool = False
    std: bool = False
    relative_to: str | None = None


@dataclass(frozen=True)
class Partition:
    """One HEALPix partition of a HATS catalogue: a Parquet file, pixel `npix` of order `norder` (nested)."""

    norder: int
    npix: int
    path: Path
    rows: int
    size_bytes: int


@dataclass(frozen=True)
class IndexCatalog:
    """A HATS index catalogue: Parquet files sorted by one identifier, saying in which partition a row stands.

    Files hold the columns `<column>`, `_healpix_29`, `Norder`, `Dir`, `Npix`.
    """

    column: str
    files: tuple[Path, ...]


@dataclass(frozen=True)
class HatsTable:
    """Where a table with positions lies: partitions sorted by `_healpix_29`, and its index catalogues.

    `private_folder` and `unmeasured` are as in `PlainTable`. `is_paged` says that a table of their pages lies
    beside the partitions.
    """

    root: Path
    ra_column: str
    dec_column: str
    partitions: tuple[Partition, ...]
    indexes: Mapping[str, IndexCatalog] = field(default_factory=dict)
    private_folder: Path | None = None
    unmeasured: frozenset[str] = frozenset()
    is_paged: bool = False


@dataclass(frozen=True)
class PlainTable:
    """Where a table without positions lies: a few Parquet files, read in this order.

    `private_folder` is set for a table that is not public: the folder of its files, which a query that
    names the table may read besides the public ones. `unmeasured` names the columns of which the files do
    not say what the smallest and largest values of a row group are.
    """

    files: tuple[Path, ...]
    size_bytes: int = 0
    private_folder: Path | None = None
    unmeasured: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Table:
    """One published table. `rows` is exact for tables that do not change."""

    schema: str
    name: str
    columns: tuple[Column, ...]
    storage: HatsTable | PlainTable
    description: str = ""
    utype: str | None = None
    rows: int | None = None

    @property
    def qualified_name(self) -> str:
        """Return the name as a query writes it."""
        return f"{self.schema}.{self.name}"

    @cached_property
    def displacement_deg(self) -> float:
        """Return how far a row of a HATS table may lie from the place that its cell was computed of.

        That was the position before it was rounded to the numbers that the table has.
        """
        storage = self.storage
        position = (storage.ra_column, storage.dec_column) if isinstance(storage, HatsTable) else ()
        kinds = {one.datatype for one in self.columns if one.name in position}
        return 0.0 if kinds == {"double"} else SHORT_NUMBERS_DEG


@dataclass(frozen=True)
class Key:
    """A foreign key between two published tables (TAP 1.1 §4.4)."""

    key_id: str
    from_table: str
    target_table: str
    columns: tuple[tuple[str, str], ...]
    description: str = ""


@dataclass(frozen=True)
class Schema:
    """One published schema with its tables and the foreign keys that start in it."""

    name: str
    tables: tuple[Table, ...]
    description: str = ""
    utype: str | None = None
    keys: tuple[Key, ...] = ()


@dataclass(frozen=True)
class Region:
    """A part of the sky, ICRS degrees.

    `kind` is "circle" with (ra, dec, radius), "polygon" with (ra1, dec1, ra2, dec2, …) or "box" with
    (ra, dec, width, height).
    """

    kind: str
    values: tuple[float, ...]


@dataclass(frozen=True)
class IdentifierFilter:
    """Rows are wanted only where `column` equals one of `values`."""

    column: str
    values: tuple[int | str, ...]


@dataclass(frozen=True)
class Partner:
    """Rows are wanted only where `column` equals `partner_column` in a row that the scan `alias` finds."""

    column: str
    alias: str
    partner_column: str


@dataclass(frozen=True)
class Nearby:
    """Rows are wanted only within a radius of the position in a row that the scan `alias` finds; degrees.

    `lon` and `lat` are that scan's columns.
    """

    alias: str
    lon: str
    lat: str
    radius: float


@dataclass(frozen=True)
class Scan:
    """One table as it occurs in one place of a query, and what is known about the rows it needs.

    `alias` is the identifier by which `Statement.sql` names this scan. `columns` are the columns
    that the query reads of it. `region`, `identifiers`, `partner` and `nearby` bound the rows that can
    matter; the SQL still holds the exact condition.
    """

    alias: str
    table: Table
    columns: tuple[str, ...]
    region: Region | None = None
    identifiers: IdentifierFilter | None = None
    partner: Partner | None = None
    nearby: Nearby | None = None


@dataclass(frozen=True)
class Comparison:
    """A column of numbers and what is said of it: `sign` and a number, or IS NULL, IS NOT NULL.

    `sign` is =, <>, <, <=, > or >= where there is a number.
    """

    column: str
    sign: str
    number: float | int | None = None


@dataclass(frozen=True)
class Pick:
    """What is asked for where an answer is nothing but rows that one scan's region or identifiers are of.

    `columns` are the scan's, in the order of the answer. `is_open` says that a region's rim is not part
    of it. `comparisons` hold for the rows as well, in the order of the text. A query of this kind can be
    answered from the files, without its SQL.
    """

    columns: tuple[str, ...]
    is_open: bool = False
    comparisons: tuple[Comparison, ...] = ()


@dataclass(frozen=True)
class ResultColumn:
    """One column of a result: its name in the answer, and what is known of the column it came from."""

    name: str
    datatype: str | None = None
    arraysize: str | None = None
    xtype: str | None = None
    unit: str | None = None
    ucd: str | None = None
    utype: str | None = None
    description: str = ""


@dataclass(frozen=True)
class Statement:
    """A query that has been understood and allowed: engine SQL over named scans.

    In `sql` each scan stands as a bare quoted table name (`"scan_0"`); whoever runs it puts the files
    in its place. `top` is the row count that the query itself asks for at most, if it does. `pick` is set
    where nothing but some rows of one table is asked for, as they stand; of one that was remembered by
    its form (`interpreters.forms`) nothing else is known, and `sql` is empty.
    """

    sql: str
    scans: tuple[Scan, ...]
    columns: tuple[ResultColumn, ...]
    top: int | None = None
    pick: Pick | None = None


@dataclass(frozen=True)
class Outcome:
    """How an answer ended.

    `overflow` says that there were more rows than the limit; `message` holds the sentence of a failure
    that happened after the first bytes had been sent.
    """

    rows: int
    overflow: bool = False
    message: str | None = None

    @property
    def status(self) -> str:
        """Return the DALI 1.1 §4.4 word for it: OK, OVERFLOW or ERROR."""
        if self.message is not None:
            return "ERROR"
        return "OVERFLOW" if self.overflow else "OK"


@dataclass(frozen=True)
class Principal:
    """Who is asking: a user of the hub with the scopes of the token, or nobody."""

    name: str | None
    scopes: frozenset[str] = frozenset()

    @property
    def is_anonymous(self) -> bool:
        """Say whether nobody has been identified."""
        return self.name is None
