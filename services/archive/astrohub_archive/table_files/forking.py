"""A process that keeps what reading tables needs loaded, and forks a child for each task.

It is told one JSON object a line: `{"number", "program", "task"}` begins a task, `{"end": number}` ends its
child at once. It says one a line: `{"number", "code", "said"}` when a child has ended, with all it wrote.
A child starts within milliseconds, shares no state with another, and is bounded by the kernel.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import resource
import selectors
import signal
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Program", "serve"]

Program = Callable[[dict[str, Any]], dict[str, Any]]
"""Does what a task says and returns what there is to say about it."""

# Address space that is reserved but never used: libraries of numbers and allocators take that much.
_RESERVED_MB = 2048
_PR_SET_PDEATHSIG = 1
_PIECE_BYTES = 64 * 1024
_MOST_SAID = 8 * 1024**2


@dataclass
class _Child:
    number: int
    pid: int
    said: bytearray = field(default_factory=bytearray)


def serve(programs: Mapping[str, Program]) -> None:
    """Run tasks until the other end of the pipe is closed; what runs then is ended."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.freeze()  # what is loaded stays shared between the children
    _Server(programs).run()
    os._exit(0)  # at an orderly end libraries tell of what they have not freed, in the service's log


class _Server:
    def __init__(self, programs: Mapping[str, Program]) -> None:
        self._programs = programs
        self._selector = selectors.DefaultSelector()
        self._children: dict[int, _Child] = {}
        self._unread = b""
        self._commands, self._answers = os.dup(0), os.dup(1)
        with open(os.devnull, "rb") as nothing:
            os.dup2(nothing.fileno(), 0)
        os.dup2(2, 1)

    def run(self) -> None:
        self._selector.register(self._commands, selectors.EVENT_READ)
        while True:
            for key, _ in self._selector.select():
                if key.fd != self._commands:
                    self._listen(key.fd)
                elif not self._read_commands():
                    for child in self._children.values():
                        _end(child)
                    return

    def _read_commands(self) -> bool:
        piece = os.read(self._commands, _PIECE_BYTES)
        *lines, self._unread = (self._unread + piece).split(b"\n")
        for line in lines:
            command = json.loads(line)
            if "end" not in command:
                self._begin(command)
                continue
            for child in self._children.values():
                if child.number == command["end"]:
                    _end(child)
        return bool(piece)

    def _begin(self, command: dict[str, Any]) -> None:
        source, sink = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(source)
            self._become(self._programs[command["program"]], command["task"], sink)
        os.close(sink)
        self._children[source] = _Child(command["number"], pid)
        self._selector.register(source, selectors.EVENT_READ)

    def _become(self, program: Program, task: dict[str, Any], sink: int) -> None:
        """Be the child: write what the program says, preceded by whatever libraries complain of."""
        code = 1
        try:
            os.setsid()
            for descriptor in (self._commands, self._answers, *self._children):
                os.close(descriptor)
            os.dup2(sink, 1)
            os.dup2(sink, 2)
            os.close(sink)
            _bound(task["memory_mb"], task["seconds"])
            said = json.dumps(program(task))
            sys.stderr.flush()
            _write(1, f"\n{said}\n".encode())
            code = 0
        except BaseException:  # noqa: BLE001 -- the outermost ring of a process: said, and it ends
            traceback.print_exc()
            sys.stderr.flush()
        finally:
            os._exit(code)

    def _listen(self, source: int) -> None:
        child = self._children[source]
        piece = os.read(source, _PIECE_BYTES)
        if piece:
            child.said += piece
            del child.said[:-_MOST_SAID]
            return
        self._selector.unregister(source)
        os.close(source)
        del self._children[source]
        _, status = os.waitpid(child.pid, 0)
        said = {
            "number": child.number,
            "code": os.waitstatus_to_exitcode(status),
            "said": child.said.decode("utf-8", "replace"),
        }
        _write(self._answers, json.dumps(said).encode() + b"\n")


def _end(child: _Child) -> None:
    # It is our child and has not been waited for: the number is still its own.
    os.kill(child.pid, signal.SIGKILL)


def _bound(memory_mb: int, seconds: int) -> None:
    limit = (memory_mb + _RESERVED_MB) * 1024**2
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # When the process that forks dies, its children do; and none computes for longer than is waited for.
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    cores = os.cpu_count() or 1
    resource.setrlimit(resource.RLIMIT_CPU, (seconds * cores, seconds * cores))
    try:
        with open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:
            file.write("700")
    except OSError:
        pass  # not allowed here: then the kernel chooses as it does


def _write(descriptor: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]
