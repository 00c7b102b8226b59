"""XML that others send: without declarations, so that there is nothing in it to expand."""

from __future__ import annotations

from xml.etree import ElementTree
from xml.parsers import expat

from ..errors import UsageError

__all__ = ["parse_document"]


def parse_document(body: bytes) -> ElementTree.Element:
    """Return the root of a document.

    Raises
    ------
    UsageError
        When it is not well-formed, or declares a type of its own.
    """
    try:
        _refuse_declarations(body)
        return ElementTree.fromstring(body)  # noqa: S314 -- without declarations there is nothing to expand
    except (expat.ExpatError, ElementTree.ParseError, LookupError, ValueError) as e:
        raise UsageError("The document is no well-formed XML.") from e


def _refuse_declarations(body: bytes) -> None:
    def refuse(*_: object) -> None:
        raise UsageError("The document declares a type of its own, which is not accepted.")

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.Parse(body, True)
