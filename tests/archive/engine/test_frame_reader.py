"""Frames are read as they were sent, however the kernel cuts them."""

from __future__ import annotations

import asyncio
import random
import socket

import pytest
from astrohub_archive.engine.frame_reader import FrameReader
from astrohub_archive.engine.frames import Kind, frame

CONTENTS = [b"", b"x", b"small" * 10, bytes(range(256)) * 300, b"y" * 1_000_000, b"", b"end"]


async def connected() -> tuple[FrameReader, socket.socket]:
    ours, theirs = socket.socketpair()
    _, reader = await asyncio.get_running_loop().create_connection(FrameReader, sock=ours)
    return reader, theirs


@pytest.mark.parametrize("most", [1, 7, 4096, 10**7])
async def test_frames_come_whole_and_in_order(most: int) -> None:
    reader, theirs = await connected()
    contents = CONTENTS if most > 7 else CONTENTS[:3] + CONTENTS[-2:]
    stream = b"".join(frame(Kind.DATA, one) for one in contents)
    pieces = random.Random(most)

    def send() -> None:
        begin = 0
        while begin < len(stream):
            end = begin + pieces.randint(1, most)
            theirs.sendall(stream[begin:end])
            begin = end

    sending = asyncio.create_task(asyncio.to_thread(send))
    found = [await reader.read() for _ in contents]
    await sending
    assert [kind for kind, _ in found] == [Kind.DATA] * len(contents)
    assert [bytes(content) for _, content in found] == contents
    theirs.close()
    with pytest.raises(EOFError):
        await reader.read()


async def test_a_worker_waits_while_nobody_reads() -> None:
    reader, theirs = await connected()
    theirs.setblocking(False)
    content = frame(Kind.DATA, bytes(1024 * 1024))
    sent = 0
    for _ in range(1000):
        try:
            sent += theirs.send(content[sent % len(content) :])
        except BlockingIOError:
            await asyncio.sleep(0)
    assert sent < 20 * len(content)
    kind, first = await reader.read()
    assert (kind, len(first)) == (Kind.DATA, 1024 * 1024)
    theirs.close()


async def test_a_read_that_is_cancelled_loses_nothing() -> None:
    reader, theirs = await connected()
    reading = asyncio.create_task(reader.read())
    await asyncio.sleep(0)
    reading.cancel()
    await asyncio.wait([reading])
    theirs.sendall(frame(Kind.END, b"all"))
    assert await reader.read() == (Kind.END, b"all")
    theirs.close()
