"""UPLOAD: which tables come with a query (TAP 1.1, §2.7.6)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ..errors import UsageError
from ..ivoa.parameters import Parameters, shortened

__all__ = ["Upload", "read_uploads"]

_LONGEST_NAME = 64
_NAME = re.compile(rf"[A-Za-z][A-Za-z0-9_]{{0,{_LONGEST_NAME - 1}}}")
_INLINE = "param:"
_FETCHED = ("http://", "https://")


@dataclass(frozen=True)
class Upload:
    """One table: its name in the query, and where its file is.

    Attributes
    ----------
    part
        The part of the request in which it came, or "".
    address
        From where it is to be fetched, or "".
    """

    name: str
    part: str = ""
    address: str = ""


def read_uploads(parameters: Parameters) -> tuple[Upload, ...]:
    """Read UPLOAD, which may be given several times, and may hold several pairs with `;` between them.

    Raises
    ------
    UsageError
        When a name or an address cannot be used.
    """
    pairs = [pair.strip() for value in parameters.all("UPLOAD") for pair in value.split(";")]
    uploads = tuple(_upload(pair) for pair in pairs if pair)
    _check_names(uploads)
    return uploads


def _upload(pair: str) -> Upload:
    name, comma, uri = (word.strip() for word in pair.partition(","))
    if not comma or not uri:
        raise UsageError(
            "UPLOAD must be a table's name, a comma, and param: with the name of a part or an address, "
            f"not {shortened(pair)!r}."
        )
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"An uploaded table cannot be called {shortened(name)!r}: a name begins with a letter and holds "
            f"letters, digits and _, {_LONGEST_NAME} at most."
        )
    if uri.lower().startswith(_INLINE):
        return Upload(name, part=uri[len(_INLINE) :])
    if not uri.lower().startswith(_FETCHED):
        raise UsageError(
            f"The table {name} cannot be read from {shortened(uri)!r}: give param: with the name of a part "
            "of the request, or an http or https address."
        )
    return Upload(name, address=uri)


def _check_names(uploads: Iterable[Upload]) -> None:
    seen: set[str] = set()
    for upload in uploads:
        if upload.name.lower() in seen:
            raise UsageError(f"UPLOAD gives two tables the name {upload.name}; name them apart.")
        seen.add(upload.name.lower())
