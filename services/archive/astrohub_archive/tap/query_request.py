"""The parameters of a query (TAP 1.1, §2.7)."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import UsageError
from ..formats import Format, find_format
from ..ivoa.parameters import Parameters, shortened
from ..settings import Limits

__all__ = ["LANGUAGES", "QueryRequest", "read_format", "read_query_request"]

LANGUAGES = ("ADQL", "ADQL-2.0", "ADQL-2.1")
_DEFAULT_FORMAT = "votable"


@dataclass(frozen=True)
class QueryRequest:
    """A query as it is to be answered.

    Attributes
    ----------
    text
        The query.
    format
        The format of the answer.
    maxrec
        Rows in the answer at most.
    """

    text: str
    format: Format
    maxrec: int


def read_query_request(parameters: Parameters, limits: Limits) -> QueryRequest:
    """Read a query out of the parameters of a request.

    Raises
    ------
    UsageError
        When one is missing or not understood.
    """
    _check_request(parameters)
    _check_language(parameters)
    if parameters.all("UPLOAD"):
        raise UsageError("Tables cannot be uploaded with a query (UPLOAD) here.")
    text = parameters.one("QUERY")
    if text is None:
        raise UsageError("QUERY is missing; give it an ADQL query.")
    maxrec = parameters.integer("MAXREC")
    rows = limits.default_rows if maxrec is None else maxrec
    return QueryRequest(text, read_format(parameters), min(rows, limits.maximum_rows))


def read_format(parameters: Parameters) -> Format:
    """Return the format that RESPONSEFORMAT (or TAP 1.0's FORMAT) names, or VOTable.

    Raises
    ------
    UsageError
        When there is no such format.
    """
    return find_format(parameters.one("RESPONSEFORMAT") or parameters.one("FORMAT") or _DEFAULT_FORMAT)


def _check_request(parameters: Parameters) -> None:
    request = parameters.one("REQUEST")
    if request is not None and request.lower() != "doquery":
        raise UsageError(f"REQUEST must be doQuery, not {shortened(request)!r}.")


def _check_language(parameters: Parameters) -> None:
    language = parameters.one("LANG")
    if language is None:
        raise UsageError("LANG is missing; give it the value ADQL.")
    if language.upper() not in LANGUAGES:
        raise UsageError(f"LANG must be one of {', '.join(LANGUAGES)}, not {shortened(language)!r}.")
