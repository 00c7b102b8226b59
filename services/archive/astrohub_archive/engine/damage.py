"""Which file a query failed of: named for the operators, relative to the folder of published catalogues."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

__all__ = ["find_damaged"]

_WITHIN_S = 10.0
_LITERAL = re.compile(r"'((?:[^']|'')+\.parquet)'")


def find_damaged(sql: str, error: str, tables: Mapping[str, str]) -> tuple[str, str] | None:
    """Return the table and the file that cannot be read, if it is found in a few seconds.

    Parameters
    ----------
    sql
        What failed: the files that it reads are named in it.
    error
        What the engine said; files that it names are looked at first.
    tables
        Names of the tables that the query reads, by the folder of their files.
    """
    until = time.monotonic() + _WITHIN_S
    named = sorted(_files(sql, tables), key=lambda file: str(file[0]) not in error)
    for path, table in named:
        if time.monotonic() > until:
            return None
        place = f"/{table.replace('.', '/', 1)}/"
        if place in str(path) and not _can_be_read(path, until):
            return table, (place + str(path).rpartition(place)[2])[1:]
    return None


def _files(sql: str, tables: Mapping[str, str]) -> Iterator[tuple[Path, str]]:
    for literal in dict.fromkeys(_LITERAL.findall(sql)):
        path = literal.replace("''", "'")
        for folder, table in tables.items():
            # A text in the query may look like a path, too; it is none of ours.
            if folder and path.startswith(f"{folder}/") and ".." not in path:
                yield Path(path), table


def _can_be_read(path: Path, until: float) -> bool:
    try:
        with pq.ParquetFile(path, page_checksum_verification=True, pre_buffer=False) as file:
            for number in range(file.num_row_groups):
                if time.monotonic() > until:
                    break
                file.read_row_group(number)
    except (OSError, pa.ArrowException):
        return False
    return True
