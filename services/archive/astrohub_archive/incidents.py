"""Incidents: faults of ours, kept in the log under a number that the user is told; and what is no fault.

A full disk and a database that is busy or away are the operator's to mend, and told in other words.
"""

from __future__ import annotations

import errno
import logging
import secrets
import sqlite3

from sqlalchemy.exc import OperationalError

from .errors import ArchiveError, BusyError, StorageFull
from .logs import log_event

__all__ = ["report_fault", "report_incident"]

_FULL = (errno.ENOSPC, errno.EDQUOT)
_POSTGRESQL_FULL = "53100"
_PRIMARY_CODE = 0xFF  # the bits of an extended result code of SQLite that name its kind


def report_fault(failure: BaseException, event: str, **fields: object) -> ArchiveError:
    """Log what nobody has foreseen and return what the user is told.

    Parameters
    ----------
    failure
        What was raised.
    event
        What failed.
    fields
        On what.
    """
    if _is_full_disk(failure):
        log_event(
            "the disk is full",
            level=logging.ERROR,
            failure=None,
            during=event,
            reason=str(getattr(failure, "orig", None) or failure),
            **fields,
        )
        return StorageFull(
            "The disk of the archive is full, so nothing was changed; tell its operator, then try again."
        )
    if _is_database_away(failure):
        reason = str(getattr(failure, "orig", None) or failure).strip()
        log_event(
            "the database is away", level=logging.ERROR, failure=None, during=event, reason=reason, **fields
        )
        return BusyError("The archive's database does not answer just now; try again in a moment.")
    return ArchiveError(report_incident(failure, event, **fields))


def report_incident(failure: BaseException, event: str, **fields: object) -> str:
    """Log a fault with its traceback and return the sentence for the user.

    Parameters
    ----------
    failure
        What was raised.
    event
        What failed.
    fields
        On what.
    """
    incident = secrets.token_hex(4)
    log_event(event, level=logging.ERROR, failure=failure, incident=incident, **fields)
    return (
        "The archive failed on this request through a fault of its own; "
        f"tell its operator the incident {incident}."
    )


def _is_database_away(failure: BaseException) -> bool:
    """Say whether SQLite was locked by others for too long, or PostgreSQL could not be reached."""
    if not isinstance(failure, OperationalError):
        return False
    if isinstance(failure.orig, sqlite3.Error):
        code = getattr(failure.orig, "sqlite_errorcode", 0)
        return code & _PRIMARY_CODE == sqlite3.SQLITE_BUSY
    return True


def _is_full_disk(failure: BaseException) -> bool:
    """Say whether a file, or the database below SQLAlchemy, had no room left."""
    below = getattr(failure, "orig", None) or failure
    if isinstance(below, OSError):
        return below.errno in _FULL
    if isinstance(below, sqlite3.Error):
        return getattr(below, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
    return getattr(below, "pgcode", None) == _POSTGRESQL_FULL
