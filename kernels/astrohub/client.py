"""A query in, a table out."""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from typing import IO, TYPE_CHECKING, Any, Literal, overload

from .errors import ResultCut
from .site import find_site
from .table_files import table_file

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    import requests
    from astropy.table import Table

    from .answer import Answer
    from .connection import Connection

__all__ = ["FORMATS", "Client", "Uploads"]

FORMATS = ("table", "pandas", "arrow")
TIMEOUT_S = 600.0

Uploads = Mapping[str, Any]
"""Tables to send along with a query: of astropy, pandas or Arrow, or paths of files."""


class Client:
    """Asks one archive.

    Parameters
    ----------
    url
        Base address of the site; what the environment says, if not given.
    token
        Token to ask with; what the environment says, if not given. An empty one means: as nobody.
    timeout_s
        Seconds to wait for the archive between two pieces of an answer.

    Examples
    --------
    >>> client = Client("https://archive.example.org")  # doctest: +SKIP
    >>> client.query("SELECT TOP 3 * FROM hipparcos.hip2")  # doctest: +SKIP
    """

    def __init__(
        self, url: str | None = None, token: str | None = None, *, timeout_s: float = TIMEOUT_S
    ) -> None:
        self._url = url
        self._token = token
        self._timeout_s = timeout_s

    def __repr__(self) -> str:
        return f"Client({find_site(self._url, '').url!r})"

    @overload
    def query(
        self,
        query: str,
        *,
        fmt: Literal["table"] = ...,
        maxrec: int | None = ...,
        uploads: Uploads | None = ...,
    ) -> Table: ...
    @overload
    def query(
        self, query: str, *, fmt: Literal["pandas"], maxrec: int | None = ..., uploads: Uploads | None = ...
    ) -> pd.DataFrame: ...
    @overload
    def query(
        self, query: str, *, fmt: Literal["arrow"], maxrec: int | None = ..., uploads: Uploads | None = ...
    ) -> pa.Table: ...

    def query(
        self, query: str, *, fmt: str = "table", maxrec: int | None = None, uploads: Uploads | None = None
    ) -> Any:
        """Run an ADQL query and return its result.

        Parameters
        ----------
        query
            The query, in ADQL.
        fmt
            `table` (astropy), `pandas` or `arrow`.
        maxrec
            Rows to return at most.
        uploads
            Tables to send along, by the names under which the query finds them: `TAP_UPLOAD.name`. Each is
            a table of astropy, pandas or Arrow, or the path of a file; the archive keeps none of them.

        Returns
        -------
        astropy.table.Table, pandas.DataFrame or pyarrow.Table
            With units and descriptions of the columns; 64-bit integers exact, NULLs masked.

        Warns
        -----
        ResultCut
            When a limit cut the result.

        Raises
        ------
        QueryError
            When the archive does not understand the query; says where and what may have been meant.
        AstrohubError
            When there is no result for another reason; each has a class of its own.
        ValueError
            When something to send along is no table.
        """
        return run(self, query, fmt=fmt, maxrec=maxrec, uploads=uploads, frames=1)

    def result(self, job: str, *, fmt: str = "table", maxrec: int | None = None) -> Any:
        """Return the rows of a job's result; the query is not run again.

        Parameters
        ----------
        job
            The id of a job of yours that has completed.
        fmt
            `table` (astropy), `pandas` or `arrow`.
        maxrec
            Rows to return at most.

        Returns
        -------
        astropy.table.Table, pandas.DataFrame or pyarrow.Table
            As `query` returns it.

        Warns
        -----
        ResultCut
            When a limit cut the result, now or when the job ran.

        Raises
        ------
        AstrohubError
            When there is no such job of yours, or no result of it.
        """
        return read_result(self, job, fmt=fmt, maxrec=maxrec, frames=1)

    def open(
        self,
        query: str,
        *,
        maxrec: int | None = None,
        uploads: Uploads | None = None,
        copy: IO[bytes] | None = None,
    ) -> Answer:
        """Run a query and return its rows as they come, for results larger than memory.

        Parameters
        ----------
        query
            The query, in ADQL.
        maxrec
            Rows to return at most.
        uploads
            Tables to send along, as `query` takes them.
        copy
            Where to write the Arrow stream as well.
        """
        from .answer import ARROW, Answer

        return Answer(self.request(query, mime=ARROW, maxrec=maxrec, uploads=uploads), copy)

    def request(
        self, query: str, *, mime: str, maxrec: int | None = None, uploads: Uploads | None = None
    ) -> requests.Response:
        """Run a query and return the response as it begins, in any format; the caller closes it."""
        with ExitStack() as opened:
            files = {
                name: opened.enter_context(table_file(table)).content
                for name, table in (uploads or {}).items()
            }
            return self.connection().sync(query, mime=mime, maxrec=maxrec, uploads=files)

    def call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str | Sequence[str]] | None = None,
        json: object = None,
        content: IO[bytes] | None = None,
        query: str = "",
    ) -> Any:
        """Send a request to the archive and return the JSON of its answer, or None where there is none.

        Parameters
        ----------
        method, path
            What to do, and where below the site's address.
        params, json, content
            What to send: parameters, a JSON body, a file.
        query
            The query in the request, to be quoted when the archive does not understand it.
        """
        from .connection import Connection

        connection = Connection(lambda: find_site(self._url, self._token, os.environ), self._timeout_s)
        return connection.call(method, path, params=params, json=json, content=content, query=query)

    def connection(self) -> Connection:
        """Return what sends requests to the archive."""
        from .connection import Connection

        return Connection(lambda: find_site(self._url, self._token, os.environ), self._timeout_s)


def run(
    client: Client,
    query: str,
    *,
    fmt: str,
    maxrec: int | None,
    uploads: Uploads | None = None,
    frames: int,
) -> Any:
    """Run a query; a warning points `frames` callers above this function's caller."""
    _check_format(fmt)
    with client.open(query, maxrec=maxrec, uploads=uploads) as answer:
        return _read(answer, fmt, {"query": query}, frames=frames + 1)


def read_result(client: Client, job: str, *, fmt: str, maxrec: int | None, frames: int) -> Any:
    """Read the result of a job; a warning points `frames` callers above this function's caller."""
    from .answer import ARROW, Answer

    _check_format(fmt)
    response = client.connection().rows(job, mime=ARROW, maxrec=maxrec)
    if response.headers.get("Astrohub-Job-Status") == "OVERFLOW":
        message = "The job's own limit cut its result: there are more rows."
        warnings.warn(ResultCut(message), stacklevel=2 + frames)
    with Answer(response) as answer:
        return _read(answer, fmt, {"job": job}, frames=frames + 1)


def _check_format(fmt: str) -> None:
    if fmt not in FORMATS:
        raise ValueError(f"fmt is one of {', '.join(FORMATS)}, not {fmt!r}.")


def _read(answer: Answer, fmt: str, origin: Mapping[str, str], *, frames: int) -> Any:
    import pyarrow as pa

    result = pa.Table.from_batches(answer.batches(), answer.schema)
    if answer.is_cut:
        message = f"The result was cut after {answer.rows:,} rows: there are more. Ask for more by maxrec."
        warnings.warn(ResultCut(message), stacklevel=2 + frames)
    if fmt == "arrow":
        return result
    from . import tables

    made = tables.to_astropy(result) if fmt == "table" else tables.to_pandas(result)
    (made.meta if fmt == "table" else made.attrs).update(origin, is_cut=answer.is_cut)
    return made
