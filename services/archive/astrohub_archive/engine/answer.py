"""An answer on its way: bytes from a worker, and at the end how it went."""

from __future__ import annotations

from collections.abc import AsyncIterator

from ..models import Outcome, ResultColumn

__all__ = ["Answer"]


class Answer:
    """The answer to one query, streamed once.

    Attributes
    ----------
    columns
        What the answer's columns are; datatype and arraysize are always known.
    complete
        How the answer ended, when all of it fitted the first piece; known before any byte is sent.
    outcome
        How the answer ended; known after the last chunk.
    """

    columns: tuple[ResultColumn, ...]
    complete: Outcome | None
    outcome: Outcome | None

    def chunks(self) -> AsyncIterator[bytes]:
        """Yield the bytes in pieces of at most 1 MiB; the worker waits while nobody asks for more.

        Raises
        ------
        EngineError, QueryTimeout
            When the answer breaks off and its format cannot say so: abort the connection.
        """
        raise NotImplementedError

    async def cancel(self) -> None:
        """Stop the query and free its worker; harmless when it has ended."""
        raise NotImplementedError
