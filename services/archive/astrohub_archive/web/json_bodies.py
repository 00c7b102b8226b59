"""Bodies in JSON: read into documents, or refused with what is wrong where."""

from __future__ import annotations

from typing import TypeVar

from pydantic import ValidationError

from ..errors import UsageError
from .tables import Document

__all__ = ["read_json"]

_MOST_FAULTS = 3

_Document = TypeVar("_Document", bound=Document)


def read_json(body: bytes, document: type[_Document], parts: str) -> _Document:
    """Read a document.

    Parameters
    ----------
    body
        The body of a request.
    document
        What it must be.
    parts
        What it must hold, for who sent something else.

    Raises
    ------
    UsageError
        When it is something else.
    """
    try:
        return document.model_validate_json(body)
    except ValidationError as e:
        faults = "; ".join(
            f"{'.'.join(map(str, f['loc'])) or 'the body'}: {f['msg']}" for f in e.errors()[:_MOST_FAULTS]
        )
        raise UsageError(f"The request must be JSON with {parts}: {faults}.") from e
