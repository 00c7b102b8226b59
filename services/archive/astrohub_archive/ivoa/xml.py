"""Writing XML: elements with prefixed names, escaped, without characters that XML 1.0 does not know."""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.etree.ElementTree import Element, SubElement, tostring
from xml.sax.saxutils import escape

__all__ = ["XSI", "Element", "add", "document", "escaped", "root"]

XSI = "http://www.w3.org/2001/XMLSchema-instance"
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def root(tag: str, namespaces: Mapping[str, str], **attributes: str | None) -> Element:
    """Make a document's root element.

    Parameters
    ----------
    tag
        Its name, with prefix.
    namespaces
        Namespaces by prefix; the empty prefix is the default namespace.
    attributes
        Further attributes; those that are None are left out.
    """
    declared = {f"xmlns:{prefix}" if prefix else "xmlns": uri for prefix, uri in namespaces.items()}
    return Element(tag, {**declared, **_clean(attributes)})


def add(parent: Element, tag: str, text: str | None = None, /, **attributes: str | None) -> Element:
    """Append an element and return it; attributes that are None are left out.

    Two underscores in an attribute's name stand for the colon after a prefix (`xsi__type`).
    """
    element = SubElement(parent, tag, _clean(attributes))
    if text is not None:
        element.text = _NOT_XML.sub("\ufffd", text)
    return element


def escaped(text: str) -> str:
    """Return text as it may stand in an element or between double quotes."""
    return escape(_NOT_XML.sub("\ufffd", text), {'"': "&quot;"})


def document(element: Element) -> bytes:
    """Return a document as UTF-8 with its XML declaration."""
    body: bytes = tostring(element, encoding="utf-8", xml_declaration=False)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + body + b"\n"


def _clean(attributes: Mapping[str, str | None]) -> dict[str, str]:
    return {
        name.replace("__", ":"): _NOT_XML.sub("\ufffd", value)
        for name, value in attributes.items()
        if value is not None
    }
