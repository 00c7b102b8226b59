"""Files of astronomers, read by astropy: VOTable, FITS and ECSV."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from astropy.io import fits
from astropy.io.votable import parse as parse_votable
from astropy.io.votable.tree import VOTableFile
from astropy.table import Table

from ..errors import UsageError
from .astropy_columns import arrow_rows
from .rows import Rows

__all__ = ["describe_column", "read_ecsv", "read_fits", "read_votable"]

_LONGEST_SAID = 200


def read_votable(path: Path, check: Callable[[VOTableFile], None] | None = None) -> Rows:
    """Read the first table of a VOTable document.

    Parameters
    ----------
    path
        The file.
    check
        Raises what is wrong with the document as a whole, if anything is.

    Raises
    ------
    UsageError
        When there is none, or the document says that it holds an error.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            document = parse_votable(path, verify="ignore")
            first = next(iter(document.iter_tables()), None)
            table = first.to_table(use_names_over_ids=True) if first is not None else None
        except Exception as e:
            raise _not(e, "a VOTable", path) from e
    if check is not None:
        check(document)
    if table is None or first is None:
        raise UsageError("The file cannot be read as a VOTable: there is no table in it.")
    return arrow_rows(table, description=first.description or "")


def read_fits(path: Path) -> Rows:
    """Read the first table of a FITS file.

    Raises
    ------
    UsageError
        When there is none.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with fits.open(path) as units:
                kinds = (fits.BinTableHDU, fits.TableHDU)
                found = next((unit for unit in units if isinstance(unit, kinds)), None)
                table = None if found is None else Table.read(found)
                header = None if found is None else found.header
        except Exception as e:
            raise _not(e, "FITS", path) from e
    if table is None or header is None:
        raise UsageError("The file cannot be read as FITS: there is no table in it.")
    for number, name in enumerate(table.colnames, 1):
        describe_column(table[name], header, number)
    return arrow_rows(table)


def describe_column(column: Any, header: fits.Header, number: int) -> None:
    """Take note of what a header says of a column; UCDs and comments are no part of the FITS standard."""
    ucd = header.get(f"TUCD{number}")
    if ucd:
        column.info.meta = {**(column.info.meta or {}), "ucd": str(ucd)}
    said = header.get(f"TCOMM{number}") or header.comments[f"TTYPE{number}"]
    if said and not column.info.description:
        column.info.description = str(said)


def read_ecsv(path: Path) -> Rows:
    """Read a table in astropy's ECSV.

    Raises
    ------
    UsageError
        When it is none.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            table = Table.read(path, format="ascii.ecsv")
        except Exception as e:
            raise _not(e, "ECSV", path) from e
    return arrow_rows(table)


def _not(error: Exception, kind: str, path: Path) -> Exception:
    if isinstance(error, MemoryError | UsageError):
        return error
    said = " ".join(str(error).replace(str(path), "the file").split())
    return UsageError(f"The file cannot be read as {kind}: {said[:_LONGEST_SAID] or 'it is damaged'}")
