"""The parameters of a query (TAP 1.1, §2.7)."""

from __future__ import annotations

from dataclasses import dataclass

from ..adql import Language
from ..errors import UsageError
from ..formats import Format, find_format
from ..ivoa.parameters import Parameters, shortened
from ..settings import Limits
from .upload_request import Upload, read_uploads

__all__ = ["LANGUAGES", "QueryRequest", "language_of", "read_format", "read_query_request"]

LANGUAGES = {
    "ADQL": Language.ADQL,
    "ADQL-2.0": Language.ADQL,
    "ADQL-2.1": Language.ADQL,
    "PostgreSQL": Language.POSTGRESQL,
}
"""What LANG may be."""

_DEFAULT_FORMAT = "votable"


@dataclass(frozen=True)
class QueryRequest:
    """A query as it is to be answered.

    Attributes
    ----------
    text
        The query.
    language
        In which it is written.
    format
        The format of the answer.
    maxrec
        Rows in the answer at most.
    uploads
        The tables that came with it.
    sync_s
        Seconds that it may run when it is answered at once.
    """

    text: str
    language: Language
    format: Format
    maxrec: int
    uploads: tuple[Upload, ...] = ()
    sync_s: int = 120


def read_query_request(parameters: Parameters, limits: Limits) -> QueryRequest:
    """Read a query out of the parameters of a request.

    Raises
    ------
    UsageError
        When one is missing or not understood.
    """
    _check_request(parameters)
    language = _language(parameters)
    text = parameters.one("QUERY")
    if text is None:
        raise UsageError("QUERY is missing; give it a query.")
    maxrec = parameters.integer("MAXREC")
    rows = limits.default_rows if maxrec is None else maxrec
    return QueryRequest(
        text,
        language,
        read_format(parameters),
        min(rows, limits.maximum_rows),
        read_uploads(parameters),
        _seconds(parameters, limits),
    )


def read_format(parameters: Parameters) -> Format:
    """Return the format that RESPONSEFORMAT (or TAP 1.0's FORMAT) names, or VOTable.

    Raises
    ------
    UsageError
        When there is no such format.
    """
    return find_format(parameters.one("RESPONSEFORMAT") or parameters.one("FORMAT") or _DEFAULT_FORMAT)


def _seconds(parameters: Parameters, limits: Limits) -> int:
    """Return how long a query may run when it is answered at once; zero asks for as long as is allowed."""
    wanted = parameters.integer("EXECUTIONDURATION")
    if wanted is None:
        return limits.sync_s
    longest = max(limits.sync_s, limits.sync_longest_s)
    return min(wanted or longest, longest)


def _check_request(parameters: Parameters) -> None:
    request = parameters.one("REQUEST")
    if request is not None and request.lower() != "doquery":
        raise UsageError(f"REQUEST must be doQuery, not {shortened(request)!r}.")


def language_of(name: str | None) -> Language | None:
    """Return the language that a value of LANG names, whatever its case."""
    names = {known.lower(): language for known, language in LANGUAGES.items()}
    return names.get(name.lower()) if name is not None else None


def _language(parameters: Parameters) -> Language:
    name = parameters.one("LANG")
    if name is None:
        raise UsageError("LANG is missing; give it the value ADQL.")
    if (language := language_of(name)) is None:
        raise UsageError(f"LANG must be one of {', '.join(LANGUAGES)}, not {shortened(name)!r}.")
    return language
