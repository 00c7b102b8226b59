"""A query whose client holds on until a block ends, and then goes away."""

from __future__ import annotations

import select
import socket
from typing import Self
from urllib.parse import urlencode

from ...support.running_archive import PREFIX, RunningArchive

__all__ = ["Held"]


class Held:
    """A query that may take ten minutes, on a connection of its own.

    Parameters
    ----------
    archive
        Who is asked.
    query
        The query; its answer is CSV.
    """

    def __init__(self, archive: RunningArchive, query: str) -> None:
        form = {"LANG": "ADQL", "QUERY": query, "EXECUTIONDURATION": "600", "RESPONSEFORMAT": "csv"}
        host, port = archive.base.removeprefix("http://").split(":")
        self._connection = socket.create_connection((host, int(port)), timeout=120)
        target = f"{PREFIX}/tap/sync?{urlencode(form)}"
        self._connection.sendall(f"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    @property
    def is_answered(self) -> bool:
        """Whether there is anything to read."""
        return bool(select.select([self._connection], [], [], 0)[0])

    def answer(self) -> str:
        """Return the answer, once it is there."""
        with self._connection.makefile("rb") as incoming:
            return incoming.read().decode()

    def read(self, size: int) -> bytes:
        """Return the first bytes of the answer."""
        return self._connection.recv(size)
