"""A survey of a statement: what each scan reads, about how many rows it finds, and SQL to ask for a plan.

In that SQL each table is replaced by as many rows as are expected of it. Its plan is the engine's own, made
without opening a file; real files would tell the engine less, which takes each for as long as the first.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..models import HEALPIX_COLUMN, HatsTable, Scan, Statement
from .extent import rows_inside
from .plan import Planner, Reading
from .relations import columns_of, engine_type, quote, with_relations

__all__ = ["Survey", "survey"]


@dataclass(frozen=True)
class Survey:
    """What is known of a statement without running it.

    Attributes
    ----------
    files, files_in_all, size_bytes
        What it reads, of what there is.
    sql
        A statement whose plan is to be asked for; None where the rows of a table are not known.
    columns
        All columns that it reads.
    counted
        Columns whose conditions the numbers of rows account for already.
    unmeasured
        Columns that it reads of which no statistics are in the files, by their full names.
    """

    files: int
    files_in_all: int
    size_bytes: int
    sql: str | None
    columns: frozenset[str]
    counted: frozenset[str]
    unmeasured: tuple[str, ...]


def survey(planner: Planner, statement: Statement) -> Survey:
    """Survey a statement."""
    readings = planner.readings(statement)
    relations = [_relation(scan, _rows(scan, reading)) for scan, reading in readings]
    known = [relation for relation in relations if relation is not None]
    counted: set[str] = set()
    others: set[str] = set()
    for scan, reading in readings:
        columns = _counted(scan, reading)
        counted |= columns
        others |= set(scan.columns) - columns
    return Survey(
        files=sum(len(reading.files) for _, reading in readings),
        files_in_all=sum(_files_of(scan) for scan in statement.scans),
        size_bytes=sum(reading.size_bytes for _, reading in readings),
        sql=with_relations(statement.sql, known) if len(known) == len(relations) else None,
        columns=frozenset(others | counted),
        counted=frozenset(counted - others),
        unmeasured=tuple(dict.fromkeys(name for scan in statement.scans for name in _unmeasured(scan))),
    )


def _rows(scan: Scan, reading: Reading) -> int | None:
    """Return about how many rows of a table can matter."""
    if not isinstance(scan.table.storage, HatsTable):
        return scan.table.rows
    rows = sum(one.rows for one in reading.partitions)
    if reading.identified is not None:
        return min(rows, reading.identified)
    if reading.cells is None or scan.region is None:
        return rows
    return round(rows_inside(reading.partitions, reading.cells, scan.region))


def _unmeasured(scan: Scan) -> list[str]:
    unknown = scan.table.storage.unmeasured
    return [f"{scan.table.qualified_name}.{column}" for column in scan.columns if column in unknown]


def _counted(scan: Scan, reading: Reading) -> set[str]:
    storage = scan.table.storage
    if not isinstance(storage, HatsTable) or reading.cells is None:
        return set()
    identifier: set[str] = set()
    if reading.identified is not None:
        asked = scan.identifiers or scan.partner
        identifier = {asked.column} if asked else set()
    place = {storage.ra_column, storage.dec_column, HEALPIX_COLUMN} if scan.region else set()
    return identifier | place


def _files_of(scan: Scan) -> int:
    storage = scan.table.storage
    return len(storage.partitions if isinstance(storage, HatsTable) else storage.files)


def _relation(scan: Scan, rows: int | None) -> str | None:
    """Return a relation with the columns of a scan, and so many rows of which nothing is known."""
    if rows is None:
        return None
    # What is random cannot be computed beforehand; it is never computed at all.
    selected = ", ".join(
        f"CAST(CAST(random() AS VARCHAR) AS {engine_type(column)}) AS {quote(column.name)}"
        for column in columns_of(scan)
    )
    selected = selected or '1 AS "row"'
    # Names come from the catalog, and are quoted.
    return f"{quote(scan.alias)} AS NOT MATERIALIZED (SELECT {selected} FROM range({rows}))"  # noqa: S608
