"""Identifiers of VOSpace: `vos://authority!resource/path` (VOSpace 2.1, §2)."""

from __future__ import annotations

from urllib.parse import quote, unquote, urlsplit

from ..errors import UsageError
from ..ivoa.parameters import shortened

__all__ = ["CORE", "SPACE", "Authority", "path_in"]

CORE = "ivo://ivoa.net/vospace/core#"
"""What the names of standard properties, protocols and views begin with."""

SPACE = "http://www.ivoa.net/xml/VOSpace/v2.0"
"""The XML namespace of VOSpace 2.0 and 2.1."""


class Authority:
    """The name under which this space is known.

    Parameters
    ----------
    public_url
        Public address of the site; its host is the authority.
    """

    def __init__(self, public_url: str) -> None:
        self._base = f"vos://{urlsplit(public_url).hostname or 'astrohub'}!vospace"

    def uri(self, path: str) -> str:
        """Return the identifier of a path."""
        return f"{self._base}/{quote(path)}" if path else self._base


def path_in(uri: str) -> str:
    """Return the path in an identifier.

    Clients name this space by whatever registry they know it from, so the authority is not compared.

    Raises
    ------
    UsageError
        When it is no identifier of a node.
    """
    parts = urlsplit(uri.strip())
    if parts.scheme != "vos" or not parts.netloc or parts.query or parts.fragment:
        raise UsageError(f"A node is named as vos://authority!vospace/path, not {shortened(uri)!r}.")
    return unquote(parts.path).strip("/")
