"""VOTables: read as a whole, so their size is bounded by memory."""

from __future__ import annotations

import warnings
from pathlib import Path

from astropy.io.votable import parse

from ...errors import UsageError
from ...table_files.astropy_columns import arrow_rows
from ...table_files.rows import Rows

__all__ = ["read_votable"]

# What the library needs for a file of one byte, by experience.
_GROWTH = 8
_LONGEST_SAID = 200


def read_votable(path: Path) -> Rows:
    """Read the first table of a VOTable document.

    Raises
    ------
    UsageError
        When there is none, it is cut off or an error, or there is not memory enough for it.
    """
    if path.stat().st_size * _GROWTH > _available_bytes():
        raise UsageError(
            "The file is a VOTable larger than memory allows; convert it to Parquet or FITS first, "
            "for example with STILTS: stilts tpipe in=… out=table.fits."
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            document = parse(path, verify="ignore")
            first = next(iter(document.iter_tables()), None)
            table = first.to_table(use_names_over_ids=True) if first is not None else None
        except Exception as e:
            said = " ".join(str(e).replace(str(path), "it").split())[:_LONGEST_SAID]
            raise UsageError(f"The file cannot be read as a VOTable: {said or 'it is damaged'}") from e
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
    if table is None or first is None:
        raise UsageError("The file cannot be read as a VOTable: there is no table in it.")
    return arrow_rows(table, description=first.description or "")


def _available_bytes() -> int:
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable"))
    except (OSError, StopIteration, ValueError):
        return 2**62
