"""What a browser did behind the page: whom it asked, what it complained of, what it shows."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Page

__all__ = ["Watch"]

_LOCAL_SCHEMES = frozenset({"data", "blob", "about"})


@dataclass
class Watch:
    """Looks at all pages of a browser context from their first moment on.

    Parameters
    ----------
    own
        Hosts that belong to the site.
    """

    own: frozenset[str] = frozenset({"127.0.0.1"})
    addresses: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def over(self, context: BrowserContext) -> Watch:
        """Begin to look."""
        context.on("request", lambda request: self.addresses.append(request.url))
        context.on("console", self._hear)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        context.on("page", self._follow)
        return self

    def foreign(self) -> list[str]:
        """Return addresses on any other machine."""
        parts = [(address, urlsplit(address)) for address in self.addresses]
        return [
            address
            for address, part in parts
            if part.scheme not in _LOCAL_SCHEMES and part.hostname not in self.own
        ]

    def unexpected(self, *expected: str) -> list[str]:
        """Return complaints of the console that fit none of the expected patterns."""
        return [said for said in self.complaints if not any(re.search(each, said) for each in expected)]

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(f"{message.text} ({message.location.get('url', '')})")

    def _follow(self, page: Page) -> None:
        page.on("websocket", lambda socket: self.addresses.append(socket.url))
