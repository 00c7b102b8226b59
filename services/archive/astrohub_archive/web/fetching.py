"""Files from public addresses: what a user names is fetched, but never from within the site's own network.

The address of a host is looked up once and checked, and the connection goes to just that address: a name
server that says something else the second time gains nothing. Each redirection is checked likewise.
"""

from __future__ import annotations

import asyncio
import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, urljoin, urlsplit

from ..errors import RequestTooLarge, UsageError

__all__ = ["Fetcher", "is_public"]

_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
_PORTS = {"http": 80, "https": 443}
_MOST_REDIRECTIONS = 3
_REDIRECTIONS = frozenset({301, 302, 303, 307, 308})
_SILENCE_S = 30.0
_PIECE_BYTES = 256 * 1024


def is_public(address: str, port: int) -> bool:
    """Say whether an address is one of the open Internet, and a port one of web servers."""
    found = ipaddress.ip_address(address)
    if port not in _PORTS.values() or not found.is_global or found.is_multicast:
        return False
    # Other addresses of version 6 may stand for one of version 4 that is not public.
    return found.version == 4 or (found in _GLOBAL_UNICAST and not (found.sixtofour or found.teredo))


@dataclass(frozen=True)
class Fetcher:
    """Fetches files.

    Attributes
    ----------
    timeout_s
        Seconds that fetching one may take.
    allows
        Says whether an address and a port may be connected to.
    """

    timeout_s: float
    allows: Callable[[str, int], bool] = is_public

    async def fetch(self, address: str, path: Path, most_bytes: int) -> None:
        """Write what an address holds to a file.

        Raises
        ------
        UsageError
            When it cannot or may not be fetched.
        RequestTooLarge
            When it is longer than `most_bytes`.
        """
        await asyncio.to_thread(self._fetch, address, path, most_bytes)

    def _fetch(self, address: str, path: Path, most_bytes: int) -> None:
        until = time.monotonic() + self.timeout_s
        for _ in range(_MOST_REDIRECTIONS + 1):
            connection, target = self._open(address)
            try:
                connection.request("GET", target, headers={"Accept": "*/*", "User-Agent": "astrohub-archive"})
                response = connection.getresponse()
                if response.status in _REDIRECTIONS:
                    address = urljoin(address, response.headers.get("Location", ""))
                    continue
                if response.status != http.client.OK:
                    raise UsageError(
                        f"{_said(address)} answers with the status {response.status}, not a table."
                    )
                _save(response, path, most_bytes, until)
                return
            except (OSError, http.client.HTTPException) as e:
                raise UsageError(f"{_said(address)} cannot be read: {_reason(e)}.") from e
            finally:
                connection.close()
        raise UsageError(f"{_said(address)} redirects more than {_MOST_REDIRECTIONS} times.")

    def _open(self, address: str) -> tuple[http.client.HTTPConnection, str]:
        try:
            parts = urlsplit(address)
            host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme.lower()]
        except (ValueError, KeyError) as e:
            raise UsageError(
                f"{_said(address)} is no http or https address; send the table with the request (param:…)."
            ) from e
        numeric = self._numeric(address, host, port)
        secure = parts.scheme.lower() == "https"
        connection = _Https(host, port, numeric) if secure else _Http(host, port, numeric)
        return connection, _target(parts)

    def _numeric(self, address: str, host: str, port: int) -> str:
        """Look a host up once, and refuse it if any of its addresses is not allowed."""
        try:
            found = [str(known[4][0]) for known in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
        except (OSError, UnicodeError) as e:
            raise UsageError(f"{_said(address)} cannot be read: there is no host of that name.") from e
        if not all(self.allows(one, port) for one in found):
            raise UsageError(
                f"{_said(address)} is no public address on port 80 or 443, so it is not fetched; "
                "send the table with the request (param:…)."
            )
        return found[0]


class _Http(http.client.HTTPConnection):
    """A connection to an address that has been looked up before."""

    def __init__(self, host: str, port: int, numeric: str) -> None:
        super().__init__(host, port, timeout=_SILENCE_S)
        self._numeric = numeric

    def connect(self) -> None:
        self.sock = socket.create_connection((self._numeric, self.port), self.timeout)


class _Https(_Http):
    """The same with TLS, for the host's name."""

    def connect(self) -> None:
        super().connect()
        self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)


def _save(response: http.client.HTTPResponse, path: Path, most_bytes: int, until: float) -> None:
    size_bytes = 0
    with path.open("xb") as file:
        while piece := response.read1(_PIECE_BYTES):
            size_bytes += len(piece)
            if size_bytes > most_bytes:
                raise RequestTooLarge(f"What it holds is longer than the {most_bytes:,} bytes allowed.")
            if time.monotonic() > until:
                raise UsageError("Fetching it took too long; send the table with the request (param:…).")
            file.write(piece)


def _target(parts: SplitResult) -> str:
    target = parts.path or "/"
    return f"{target}?{parts.query}" if parts.query else target


def _said(address: str) -> str:
    """Return an address as it may be quoted: without what may be secret in it."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        host = ""
    return f"The address at {host[:100]}" if host else "The address"


def _reason(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or type(error).__name__)[:100]
