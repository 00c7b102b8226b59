"""Answers: bytes in pieces, and at the end how it went."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Protocol

from ..errors import ArchiveError
from ..models import Outcome, ResultColumn
from .frame_reader import Content

__all__ = ["Answer", "Ready"]


class Answer(Protocol):
    """The answer to one query, streamed once. Made by `Pool.run`.

    Attributes
    ----------
    complete
        How the answer ended, when all of it fitted the first piece; known before any byte is sent.
    outcome
        How the answer ended; known after the last chunk.
    rows
        How many rows there are in what has come so far, about; 0 of an answer that is small.
    """

    complete: Outcome | None
    outcome: Outcome | None
    rows: int

    def chunks(self) -> AsyncIterator[Content]:
        """Yield the bytes in pieces of at most 1 MiB; nothing more is made while nobody asks for more.

        Leaving the loop early cancels the query.

        Raises
        ------
        ArchiveError
            When the answer breaks off and its format cannot say so: abort the connection.
        """

    @property
    def columns(self) -> tuple[ResultColumn, ...]:
        """Return what the answer's columns are; datatype and arraysize are always known."""

    @property
    def failure(self) -> ArchiveError | None:
        """Return what the query failed of after its first bytes, if it did."""

    async def cancel(self) -> None:
        """Stop the query and free whoever runs it; harmless when it has ended."""

    def expire_after(self, timeout_s: float, reason: ArchiveError) -> None:
        """Stop the query for a reason if it still runs after so many seconds."""


class Ready:
    """An answer that was whole before anybody could wait for it.

    Parameters
    ----------
    content
        Its bytes.
    columns
        What its columns are.
    outcome
        How it ended.
    """

    def __init__(self, content: bytes, columns: tuple[ResultColumn, ...], outcome: Outcome) -> None:
        self.complete: Outcome | None = outcome
        self.outcome: Outcome | None = outcome
        self.rows = 0
        self.columns = columns
        self.failure: ArchiveError | None = None
        self._content = content

    async def chunks(self) -> AsyncIterator[Content]:
        """Yield the bytes."""
        content, self._content = self._content, b""
        if content:
            yield content

    async def cancel(self) -> None:
        """Forget what has not been read."""
        self._content = b""

    def expire_after(self, timeout_s: float, reason: ArchiveError) -> None:
        """Do nothing: it is not running any more."""
