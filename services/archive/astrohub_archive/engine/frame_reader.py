"""Frames as the server gets them from a worker: the kernel writes large ones straight to where they stay."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import cast

from .frames import HEADER, Kind

__all__ = ["Content", "FrameReader"]

_STAGE_BYTES = 64 * 1024
_MOST_WAITING = 3

Content = bytes | bytearray


class FrameReader(asyncio.BufferedProtocol):
    """Keeps the frames of one worker until they are read; the worker waits when these are several."""

    def __init__(self) -> None:
        self._frames: deque[tuple[Kind, Content]] = deque()
        self._stage = memoryview(bytearray(_STAGE_BYTES))
        self._staged = 0
        self._unfinished: tuple[Kind, bytearray, int] | None = None
        self._transport: asyncio.Transport | None = None
        self._changed = asyncio.Event()
        self._is_over = False
        self._is_paused = False

    async def read(self) -> tuple[Kind, Content]:
        """Wait for one frame.

        Raises
        ------
        EOFError
            When the worker has gone.
        """
        while not self._frames:
            if self._is_over:
                raise EOFError
            self._changed.clear()
            await self._changed.wait()
        frame = self._frames.popleft()
        if self._is_paused and self._transport is not None and not self._is_over:
            self._is_paused = False
            self._transport.resume_reading()
        return frame

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember what to pause (asyncio calls this)."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's are no subclass of it

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever waits that there will be no more (asyncio calls this)."""
        self._is_over = True
        self._changed.set()

    def get_buffer(self, sizehint: int) -> memoryview:
        """Return where the next bytes belong (asyncio calls this)."""
        if self._unfinished is None:
            return self._stage[self._staged :]
        _, content, count = self._unfinished
        return memoryview(content)[count:]

    def buffer_updated(self, nbytes: int) -> None:
        """Take note of bytes that have come (asyncio calls this)."""
        if self._unfinished is None:
            self._staged += nbytes
            self._sort()
            return
        kind, content, count = self._unfinished
        if count + nbytes < len(content):
            self._unfinished = kind, content, count + nbytes
            return
        self._unfinished = None
        self._keep(kind, content)

    def _sort(self) -> None:
        """Take whole frames from the stage; what has come of the last one moves to a place of its own."""
        begin = 0
        while self._staged - begin >= HEADER.size:
            letter, length = HEADER.unpack_from(self._stage, begin)
            start, end = begin + HEADER.size, begin + HEADER.size + length
            if end > self._staged:
                content = bytearray(length)
                count = self._staged - start
                content[:count] = self._stage[start : self._staged]
                self._unfinished = Kind(letter), content, count
                self._staged = 0
                return
            self._keep(Kind(letter), bytes(self._stage[start:end]))
            begin = end
        rest = bytes(self._stage[begin : self._staged])
        self._stage[: len(rest)] = rest
        self._staged = len(rest)

    def _keep(self, kind: Kind, content: Content) -> None:
        self._frames.append((kind, content))
        self._changed.set()
        if len(self._frames) >= _MOST_WAITING and not self._is_paused and self._transport is not None:
            self._is_paused = True
            self._transport.pause_reading()
