"""One platform: its place, ports and credentials."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..credentials import Credentials
from ..place import Place
from ..ports import HOST

__all__ = ["Platform"]


@dataclass(frozen=True)
class Platform:
    """What a part must know to be started.

    Parameters
    ----------
    port
        The public port.
    ports
        The inner ports by name.
    """

    place: Place
    port: int
    ports: Mapping[str, int]
    credentials: Credentials

    @property
    def url(self) -> str:
        """The address that people open."""
        return f"http://{HOST}:{self.port}"

    def inner_url(self, name: str) -> str:
        """Return the address of a part on its own port."""
        return f"http://{HOST}:{self.ports[name]}"
