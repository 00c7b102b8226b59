"""What server and worker say to each other over their socket: frames of a kind, a length and a content."""

from __future__ import annotations

import json
import socket
import struct
from enum import Enum
from typing import Any

__all__ = ["HEADER", "PIECE_BYTES", "Kind", "frame", "pack", "receive", "send", "unpack"]

PIECE_BYTES = 1024 * 1024
"""Bytes of an answer in one frame at most."""

HEADER = struct.Struct("!cI")


class Kind(Enum):
    """The kinds of frames: those above READY go to the worker, the others come from it."""

    HELLO = b"H"
    QUERY = b"Q"
    CANCEL = b"C"
    READY = b"R"
    START = b"S"
    DATA = b"D"
    ROWS = b"N"
    END = b"E"
    FAIL = b"F"


def pack(kind: Kind, content: Any) -> bytes:
    """Return a frame with a JSON content."""
    return frame(kind, json.dumps(content).encode())


def frame(kind: Kind, content: bytes | memoryview) -> bytes:
    """Return a frame."""
    return HEADER.pack(kind.value, len(content)) + content


def unpack(content: bytes | bytearray) -> Any:
    """Return what `pack` put into a frame."""
    return json.loads(content)


def send(sock: socket.socket, kind: Kind, content: bytes | memoryview) -> None:
    """Send one frame and wait until it has left."""
    header = HEADER.pack(kind.value, len(content))
    sent = sock.sendmsg([header, content])
    if sent < len(header):
        sock.sendall(header[sent:])
        sent = len(header)
    sock.sendall(memoryview(content)[sent - len(header) :])


def receive(sock: socket.socket) -> tuple[Kind, bytes]:
    """Wait for one frame.

    Raises
    ------
    EOFError
        When the other side has gone.
    """
    kind, length = HEADER.unpack(_receive_exactly(sock, HEADER.size))
    return Kind(kind), _receive_exactly(sock, length)


def _receive_exactly(sock: socket.socket, length: int) -> bytes:
    content = bytearray(length)
    view = memoryview(content)
    while view:
        count = sock.recv_into(view)
        if count == 0:
            raise EOFError
        view = view[count:]
    return bytes(content)
