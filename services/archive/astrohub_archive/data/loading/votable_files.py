"""VOTables: read as a whole, so their size is bounded by memory."""

from __future__ import annotations

from pathlib import Path

from astropy.io.votable.tree import VOTableFile

from ...errors import UsageError
from ...table_files.astronomy_files import read_votable as read_document
from ...table_files.rows import Rows

__all__ = ["read_votable"]

# What the library needs for a file of one byte, by experience.
_GROWTH = 8
_TOO_LARGE = (
    "The file is a VOTable larger than memory allows; convert it to Parquet or FITS first, "
    "for example with STILTS: stilts tpipe in=… out=table.fits."
)


def read_votable(path: Path) -> Rows:
    """Read the first table of a VOTable document.

    Raises
    ------
    UsageError
        When there is none, it is cut off or an error, or there is not memory enough for it.
    """
    if path.stat().st_size * _GROWTH > _available_bytes():
        raise UsageError(_TOO_LARGE)
    try:
        return read_document(path, _check_whole)
    except MemoryError as e:
        raise UsageError(_TOO_LARGE) from e


def _check_whole(document: VOTableFile) -> None:
    states = {
        str(info.value).upper()
        for resource in document.resources
        for info in resource.infos
        if info.name == "QUERY_STATUS"
    }
    if states & {"OVERFLOW", "ERROR"}:
        raise UsageError(
            "The file is the answer to a query that was cut off or failed (QUERY_STATUS is "
            f"{' and '.join(sorted(states))}): ask the query again, without a limit."
        )


def _available_bytes() -> int:
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable"))
    except (OSError, StopIteration, ValueError):
        return 2**62
