"""Where to and as whom: from arguments, and from what the environment says."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from .errors import AstrohubError, NotReachable

__all__ = ["DEFAULT_URL", "Site", "find_site", "origin"]

DEFAULT_URL = "http://127.0.0.1:8000"
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Site:
    """An astrohub and the token by which to speak to it.

    Parameters
    ----------
    url
        Base address, without trailing slash.
    token
        Token, if there is one; never shown.
    token_from
        Where the token came from, in words.
    """

    url: str
    token: str | None
    token_from: str

    def __repr__(self) -> str:
        return f"Site({self.url!r}, token from {self.token_from})"


def origin(url: str) -> tuple[str, str, int]:
    """Return scheme, host and port of an address.

    Raises
    ------
    NotReachable
        When it is no HTTP address.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS[parts.scheme]
    except (ValueError, KeyError):
        raise NotReachable(f"{url!r} is no address: it begins with http:// or https://.") from None
    if not parts.hostname or parts.username or parts.password:
        raise NotReachable("An address holds a host, and neither a name nor a password.")
    return parts.scheme, parts.hostname.lower(), port


def find_site(
    url: str | None = None, token: str | None = None, environ: Mapping[str, str] = os.environ
) -> Site:
    """Find address and token; an argument comes before the environment.

    A token of the environment goes to the addresses that the environment names. Only when it names none does
    the token go where an argument says.
    """
    named = [environ[name] for name in ("ASTROHUB_INTERNAL_URL", "ASTROHUB_URL") if environ.get(name)]
    address = (url or (named[0] if named else DEFAULT_URL)).rstrip("/")
    target = origin(address)
    if token is not None:
        return Site(address, token or None, "the argument")
    if url and named and target not in {origin(name) for name in named}:
        return Site(address, None, "nowhere: the environment's token is for another site")
    found, source = _token_of(environ)
    return Site(address, found, source)


def _token_of(environ: Mapping[str, str]) -> tuple[str | None, str]:
    if file := environ.get("ASTROHUB_TOKEN_FILE"):
        try:
            found = Path(file).read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            found = ""
        except OSError as e:
            raise AstrohubError(f"The token file {file} cannot be read: {e.strerror}.") from None
        if found:
            return found, f"the file {file}"
    if found := environ.get("ASTROHUB_TOKEN", "").strip():
        return found, "ASTROHUB_TOKEN"
    return None, "nowhere"
