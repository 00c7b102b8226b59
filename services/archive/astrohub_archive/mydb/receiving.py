"""A file that is being uploaded: taken piece by piece into a folder, and no further than there is room."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import RequestTooLarge, UsageError
from ..table_files import FORMATS, NoRoomError

__all__ = ["Incoming", "Upload", "read_on", "receive"]

_SILENCE_S = 60.0
# A client that is still sending does not read our answer: a file somewhat too long is read to its end.
_READ_ANYHOW = 64 * 1024**2
# A table takes less room than its file, but never less than one part in so many.
_SHRINKS = {"csv": 40, "ecsv": 40, "votable": 40, "fits": 10, "parquet": 4}


class Incoming(AsyncIterator[bytes]):
    """The bytes of a request's body, of which a client that asks first sends none before they are wanted.

    Parameters
    ----------
    chunks
        The bytes as they come.
    asks_first
        Whether the client waits for our word (RFC 9110, §10.1.1: `Expect: 100-continue`).
    """

    def __init__(self, chunks: AsyncIterator[bytes], *, asks_first: bool) -> None:
        self._chunks = chunks
        self.is_held_back = asks_first

    async def __anext__(self) -> bytes:
        """Return the next ones; from now on the client sends."""
        self.is_held_back = False
        return await anext(self._chunks)


@dataclass(frozen=True)
class Upload:
    """A file that is being uploaded.

    Attributes
    ----------
    chunks
        Its bytes as they come.
    form
        Its format.
    file
        Its name, as its author says.
    length
        How long it will be, where the client says so.
    kinds
        Types of its columns as its author wants them.
    """

    chunks: AsyncIterator[bytes]
    form: str
    file: str
    length: int | None = None
    kinds: Mapping[str, str] = field(default_factory=dict)

    def check_form(self) -> None:
        """Check that the format is known.

        Raises
        ------
        UsageError
            When it is not.
        """
        if self.form not in FORMATS:
            raise UsageError(f"format must be one of {', '.join(FORMATS)}.")

    def check_room(self, size: int, room_bytes: int) -> None:
        """Check that a file of so many bytes can have room at all.

        Raises
        ------
        NoRoomError
            When it cannot.
        """
        if size > room_bytes * _SHRINKS[self.form]:
            raise NoRoomError


async def receive(upload: Upload, path: Path, *, most_bytes: int, room_bytes: int) -> int:
    """Write an upload into a file and return how long it is.

    Raises
    ------
    RequestTooLarge
        When it is longer than `most_bytes`.
    NoRoomError
        When there is no room for what it holds.
    UsageError
        When it is empty, or stops coming.
    """
    upload.check_room(upload.length or 1, room_bytes)
    size = 0
    with path.open("xb") as file:
        while (chunk := await _next(upload.chunks)) is not None:
            size += len(chunk)
            if size > most_bytes:
                raise RequestTooLarge(
                    f"The file is longer than the {most_bytes:,} bytes that one upload may have; "
                    "send it in parts, or as Parquet, which is smaller."
                )
            upload.check_room(size, room_bytes)
            await asyncio.to_thread(file.write, chunk)
    if size == 0:
        raise UsageError("The upload holds no bytes.")
    return size


async def _next(chunks: AsyncIterator[bytes]) -> bytes | None:
    try:
        async with asyncio.timeout(_SILENCE_S):
            return await anext(chunks, None)
    except TimeoutError as e:
        raise UsageError(f"The upload was silent for {_SILENCE_S:g} s; try again.") from e


async def read_on(chunks: AsyncIterator[bytes]) -> None:
    """Read what is still being sent, up to a bound, so that the client comes to reading our answer."""
    if isinstance(chunks, Incoming) and chunks.is_held_back:
        return
    left = _READ_ANYHOW
    with contextlib.suppress(Exception):
        async with asyncio.timeout(_SILENCE_S):
            async for chunk in chunks:
                left -= len(chunk)
                if left <= 0:
                    return
