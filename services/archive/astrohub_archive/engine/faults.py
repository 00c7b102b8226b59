"""What went wrong in the engine, in the archive's words: no path and no SQL of ours reaches a user."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import duckdb
import pyarrow as pa

from ..errors import ArchiveError, BusyError, EngineError, MemoryExceeded, QueryError, QueryTimeout

__all__ = [
    "DamagedTable",
    "Declined",
    "QueryCancelled",
    "as_json",
    "damaged",
    "from_json",
    "is_fatal",
    "translate",
]

_USERS_OWN = ("Conversion Error", "Out of Range Error", "Invalid Input Error", "Mismatch Type Error")
# What the decoders of Parquet throw, without the name of a file; some say not even what kind of error it is.
_UNREADABLE = ("Invalid Error", "Serialization Error", "IO Error")
_FATAL = ("FATAL Error", "INTERNAL Error")
_KIND = re.compile(r"[A-Z][\w ]+ Error: ")
# Two folders at least, or an address: a division is no path, nor is a date.
_PATH = re.compile(r"""(?<!\w)['"]?(?:\w+:/)?/(?:[\w.=+~:-]+/)+[\w.=+~-]*['"]?""")
_SCAN = re.compile(r'"?scan_\d+"?\.?')
_NOT_CONVERTED = re.compile(r"Could not convert string '(.*)' to (\w+)", re.DOTALL)
_NOT_FITTING = re.compile(r"with value (\S+) can't be cast .* destination type (\w+)")
# Where a subquery names a column of the query around it, only the engine sees that.
_UNGROUPED = re.compile(r'column "(.*?)" must appear in the GROUP BY clause')
_NO_TIME = re.compile(r'invalid timestamp field format: "(.*?)"', re.DOTALL)
_TYPES = {
    "INT16": "SMALLINT",
    "INT32": "INTEGER",
    "INT64": "BIGINT",
    "FLOAT": "REAL",
    "DOUBLE": "DOUBLE PRECISION",
}
"""What the engine's types are called in a query."""


class QueryCancelled(EngineError):
    """A query that was stopped because nobody wants its answer any more."""

    slug = "cancelled"


class DamagedTable(EngineError):
    """A table of which a file cannot be read: damaged, or replaced since the query was understood."""

    slug = "damaged"


class Declined(EngineError):
    """A query that cannot be answered in the short way; in the long one it can. No caller ever sees it."""

    slug = "declined"


_KINDS: dict[str, type[ArchiveError]] = {
    kind.slug: kind
    for kind in (QueryError, QueryTimeout, EngineError, DamagedTable, MemoryExceeded, BusyError, Declined)
}


def damaged(table: str, file: str = "") -> DamagedTable:
    """Return the error of a table, naming the file if it is known."""
    which = f"The file {file}" if file else "A file"
    return DamagedTable(
        f"{which} of the table {table} is damaged or missing; the operators of this archive can restore it."
    )


def is_fatal(error: Exception) -> bool:
    """Say whether the engine cannot be used any more after this error."""
    return str(error).startswith(_FATAL)


def translate(error: Exception, tables: Mapping[str, str], memory_mb: int) -> ArchiveError:
    """Turn an error of the engine (its own class, or an OSError out of its stream) into ours.

    Parameters
    ----------
    error
        The error; if it is ours already it is returned.
    tables
        Names of the tables that the query reads, by folder.
    memory_mb
        Megabytes of memory that one query may use.
    """
    if isinstance(error, ArchiveError):
        return error
    if not isinstance(error, (duckdb.Error, pa.ArrowException, OSError, MemoryError)):
        return EngineError(
            "The archive failed on this query by a fault of its own; its operators have been told."
        )
    text = str(error)
    if text.startswith("INTERRUPT Error"):
        return QueryCancelled("The query was cancelled.")
    if isinstance(error, MemoryError) or text.startswith("Out of Memory Error"):
        return MemoryExceeded(
            f"The query needs more than the {memory_mb} MB of memory that one query may use; "
            "let it sort, group or join fewer rows."
        )
    suspects = [table for folder, table in tables.items() if folder and folder in text]
    if not suspects and (text.startswith(_UNREADABLE) or not _KIND.match(text)):
        suspects = sorted(set(tables.values()))
    if suspects:
        return damaged(" or ".join(suspects))
    if found := _UNGROUPED.search(text):
        return QueryError(
            f"{found[1]} has many values in a group: put it into GROUP BY or an aggregate such as AVG."
        )
    if text.startswith(_USERS_OWN):
        return QueryError(f"The query failed on a value: {_of_value(text) or _plain(text)}")
    if _PATH.search(text) and text.startswith(("IO Error", "Permission Error")):
        return EngineError(
            "The engine could not read its files; the operators of this archive have been told."
        )
    return EngineError(f"The engine could not run the query: {_plain(text)}")


def _of_value(text: str) -> str | None:
    """Say in the words of the query's author what was wrong with a value, where that is known."""
    if "Overflow" in text or "INT128" in text:
        return "a whole number grows beyond 64 bits; calculate with CAST(… AS DOUBLE PRECISION)."
    if found := _NOT_CONVERTED.search(text):
        target = _TYPES.get(found[2], found[2])
        return f"the text '{found[1][:60]}' cannot be converted to {target}."
    if found := _NOT_FITTING.search(text):
        return f"the value {found[1]} does not fit into {_TYPES.get(found[2], found[2])}."
    if found := _NO_TIME.search(text):
        return f"the text '{found[1][:60]}' is no time; write it as '2026-11-21T12:00:00'."
    if "More than one row" in text:
        return "a subquery that stands for one value returned more than one row."
    return None


def _plain(text: str) -> str:
    """Return the first line of a message without its class, paths and the names we gave to scans."""
    line = text.split("\n", 1)[0].split(" Error: ", 1)[-1]
    return _SCAN.sub("", _PATH.sub("a file", line)).strip()[:500]


def as_json(error: ArchiveError, *, detail: str = "") -> dict[str, Any]:
    """Return an error as a worker sends it; `detail` is for the log of the operators."""
    return {"slug": error.slug, "message": error.message, "detail": detail}


def from_json(values: Mapping[str, Any]) -> ArchiveError:
    """Return the error that a worker sent."""
    return _KINDS.get(str(values["slug"]), EngineError)(str(values["message"]))
