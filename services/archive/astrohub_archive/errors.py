"""Every way in which the archive says no: one base class, one sentence each."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "ArchiveError",
    "BusyError",
    "CatalogError",
    "Conflict",
    "CredentialsRequired",
    "EngineError",
    "Forbidden",
    "HubUnavailable",
    "InvalidToken",
    "JobInterrupted",
    "MemoryExceeded",
    "NotFound",
    "Position",
    "PreconditionFailed",
    "QueryError",
    "QueryTimeout",
    "QuotaExceeded",
    "RangeNotSatisfiable",
    "RequestTooLarge",
    "StorageFull",
    "UnknownTable",
    "UsageError",
]


@dataclass(frozen=True)
class Position:
    """Where in a query's text something stands.

    Lines and columns count from 1; `end_column` is the first column after the word.
    """

    line: int
    column: int
    end_column: int


class ArchiveError(Exception):
    """Something the caller is told in one sentence: what is wrong, where, what to do.

    Parameters
    ----------
    message
        The sentence. It may quote the caller's own words, never a secret or a path of the server.
    position
        Where in the query's text the fault stands, if it stands in one.
    suggestion
        What the caller may have meant, ready to be put in place of the word at `position`.
    """

    slug = "error"
    status = 500

    def __init__(
        self, message: str, *, position: Position | None = None, suggestion: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.position = position
        self.suggestion = suggestion


class UsageError(ArchiveError):
    """A request whose parameters do not fit the protocol."""

    slug = "usage"
    status = 400


class QueryError(ArchiveError):
    """A query that is not understood, or that asks for what is not allowed."""

    slug = "query"
    status = 400


class UnknownTable(QueryError):
    """A query that names a table which is not there for the caller."""

    slug = "unknown-table"


class RequestTooLarge(UsageError):
    """A request whose body is longer than the limit."""

    slug = "request-too-large"
    status = 413


class QueryTimeout(ArchiveError):
    """A query that ran longer than its limit."""

    slug = "timeout"
    status = 400


class CredentialsRequired(ArchiveError):
    """An anonymous request for anything that is not public; answered with a challenge."""

    slug = "credentials-required"
    status = 401


class InvalidToken(CredentialsRequired):
    """A token that the hub does not know, or no longer."""

    slug = "invalid-token"


class Forbidden(ArchiveError):
    """A token that does not carry the scope the request needs."""

    slug = "forbidden"
    status = 403


class NotFound(ArchiveError):
    """A job or an address that does not exist, or is not the caller's: alike."""

    slug = "not-found"
    status = 404


class Conflict(ArchiveError):
    """A name that is taken already, or in use by another request."""

    slug = "conflict"
    status = 409


class PreconditionFailed(Conflict):
    """Something that was to be made only if it was not there, and is."""

    status = 412


class RangeNotSatisfiable(UsageError):
    """A part of a file that begins behind its end."""

    slug = "range"
    status = 416


class StorageFull(ArchiveError):
    """No room left on the archive's own disk."""

    slug = "storage-full"
    status = 507


class QuotaExceeded(ArchiveError):
    """Something that would take more room than its owner has."""

    slug = "quota"
    status = 413


class BusyError(ArchiveError):
    """Too much is running: the caller may come again after `retry_after_s` seconds."""

    slug = "busy"
    status = 503

    def __init__(self, message: str, *, retry_after_s: int = 5) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class HubUnavailable(ArchiveError):
    """The hub cannot be asked whose a token is."""

    slug = "hub-unavailable"
    status = 503


class JobInterrupted(ArchiveError):
    """A job whose process ended while it ran, as often as it is tried."""

    slug = "interrupted"
    status = 503


class EngineError(ArchiveError):
    """The engine failed on a query through no fault of its text (memory, a damaged file, a lost worker)."""

    slug = "engine"
    status = 500


class MemoryExceeded(EngineError):
    """A query that needs more memory than one query may use."""

    slug = "memory"
    status = 400


class CatalogError(ArchiveError):
    """A catalogue on disk that cannot be read as described; stops the start and names the file."""

    slug = "catalog"
    status = 500
