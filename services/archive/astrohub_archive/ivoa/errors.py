"""Errors as DALI 1.1 (§4.2, §4.4) wants them: a VOTable whose INFO says what went wrong."""

from __future__ import annotations

from .xml import XSI, add, document, root

__all__ = ["VOTABLE_MIME", "error_document"]

VOTABLE_MIME = "application/x-votable+xml"
_VOTABLE = "http://www.ivoa.net/xml/VOTable/v1.3"


def error_document(sentence: str, slug: str | None = None) -> bytes:
    """Return the VOTable that says that a request has failed, and why; programs read the slug."""
    votable = root("VOTABLE", {"": _VOTABLE, "xsi": XSI}, version="1.4")
    resource = add(votable, "RESOURCE", type="results")
    add(resource, "INFO", sentence, name="QUERY_STATUS", value="ERROR")
    if slug is not None:
        add(resource, "INFO", name="ASTROHUB_ERROR", value=slug)
    return document(votable)
