"""What went wrong in the engine, in the archive's words: no path and no SQL of ours reaches a user."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..errors import ArchiveError, BusyError, EngineError, QueryError, QueryTimeout

__all__ = ["QueryCancelled", "as_json", "from_json", "is_fatal", "translate"]

_KINDS: dict[str, type[ArchiveError]] = {
    kind.slug: kind for kind in (QueryError, QueryTimeout, EngineError, BusyError)
}
_USERS_OWN = ("Conversion Error", "Out of Range Error", "Invalid Input Error", "Mismatch Type Error")
_FATAL = ("FATAL Error", "INTERNAL Error")
_PATH = re.compile(r"""['"]?(?:[\w.=+~-]*/)+[\w.=+~-]*['"]?""")
_SCAN = re.compile(r'"?scan_\d+"?\.?')


class QueryCancelled(EngineError):  # noqa: N818, named as its siblings in errors.py
    """A query that was stopped because nobody wants its answer any more."""

    slug = "cancelled"


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
        Megabytes of memory that the engine could use.
    """
    if isinstance(error, ArchiveError):
        return error
    text = str(error)
    if text.startswith("INTERRUPT Error"):
        return QueryCancelled("The query was cancelled.")
    if isinstance(error, MemoryError) or text.startswith("Out of Memory Error"):
        return EngineError(
            f"The query needs more than the {memory_mb} MB of memory that one query may use; "
            "let it sort, group or join fewer rows."
        )
    for folder, table in tables.items():
        if folder and folder in text:
            return EngineError(
                f"A file of the table {table} is damaged or missing; "
                "the operators of this archive can restore it."
            )
    if text.startswith(_USERS_OWN):
        return QueryError(f"The query failed on a value: {_plain(text)}")
    if _PATH.search(text) and text.startswith(("IO Error", "Permission Error")):
        return EngineError(
            "The engine could not read its files; the operators of this archive have been told."
        )
    return EngineError(f"The engine could not run the query: {_plain(text)}")


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
