"""One set-up at a time."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ..errors import BusyError
from ..files import read_json, write_json
from ..processes import Identity, end_groups, identify

__all__ = ["Claim", "claim"]

_NOTE = ".set-up.json"


class Claim:
    """The right to make things in a folder; a note says who has it and which programs run for it."""

    def __init__(self, folder: Path) -> None:
        self._note = folder / _NOTE
        self._own = identify(os.getpid()).as_json()

    def note(self, tools: list[Identity]) -> None:
        """Write down which programs are under way, so that a later set-up can end those left behind."""
        content = {"setUp": self._own, "tools": [tool.as_json() for tool in tools]}
        with suppress(OSError):  # a full disk fails the program itself, which says it better
            write_json(self._note, content, mode=0o644)

    def end_leftovers(self) -> None:
        """End the programs of a set-up that was killed."""
        found = read_json(self._note) or {}
        end_groups([Identity(**tool) for tool in found.get("tools", [])], patience_s=2)


@contextmanager
def claim(environments: Path, *others: Path) -> Iterator[Claim]:
    """Hold folders for one set-up.

    Raises
    ------
    BusyError
        When another set-up holds one of them.
    """
    held: list[int] = []
    try:
        for folder in (environments, *others):
            descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
            held.append(descriptor)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as e:
                raise BusyError(_busy(folder)) from e
        owner = Claim(environments)
        owner.end_leftovers()
        yield owner
        with suppress(OSError):
            (environments / _NOTE).unlink()
    finally:
        for descriptor in held:
            os.close(descriptor)


def _busy(folder: Path) -> str:
    found = read_json(folder / _NOTE) or {}
    pid = found.get("setUp", {}).get("pid")
    who = f" (process {pid})" if pid else ""
    return f"Another set-up is at work in {folder}{who}: wait until it has ended, then run the command again."
