"""Ask an astrohub archive from a notebook or a script: `astrohub.query("SELECT …")`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, overload

from . import files, mydb
from .client import Client, Uploads, read_result, run
from .errors import (
    AccessRefused,
    ArchiveBusy,
    ArchiveFailed,
    AstrohubError,
    CredentialsRequired,
    IncompleteResult,
    NotReachable,
    QueryError,
    RequestRefused,
    ResultCut,
)

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    from astropy.table import Table

    __version__: str

__all__ = [
    "AccessRefused",
    "ArchiveBusy",
    "ArchiveFailed",
    "AstrohubError",
    "Client",
    "CredentialsRequired",
    "IncompleteResult",
    "NotReachable",
    "QueryError",
    "RequestRefused",
    "ResultCut",
    "files",
    "mydb",
    "query",
    "result",
]


@overload
def query(
    query: str, *, fmt: Literal["table"] = ..., maxrec: int | None = ..., uploads: Uploads | None = ...
) -> Table: ...
@overload
def query(
    query: str, *, fmt: Literal["pandas"], maxrec: int | None = ..., uploads: Uploads | None = ...
) -> pd.DataFrame: ...
@overload
def query(
    query: str, *, fmt: Literal["arrow"], maxrec: int | None = ..., uploads: Uploads | None = ...
) -> pa.Table: ...


def query(
    query: str, *, fmt: str = "table", maxrec: int | None = None, uploads: Uploads | None = None
) -> Any:
    """Run an ADQL query at the site that the environment names; see `Client.query`."""
    return run(Client(), query, fmt=fmt, maxrec=maxrec, uploads=uploads, frames=1)


def result(job: str, *, fmt: str = "table", maxrec: int | None = None) -> Any:
    """Return the rows of a job's result at the site that the environment names; see `Client.result`."""
    return read_result(Client(), job, fmt=fmt, maxrec=maxrec, frames=1)


def __getattr__(name: str) -> str:
    """Look the version up only when it is asked for."""
    if name == "__version__":
        from importlib.metadata import version

        return version("astrohub")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
