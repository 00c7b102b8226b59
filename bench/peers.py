"""Peers: other engines over the same files, in a process of an interpreter that has them."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

__all__ = ["Peers", "peers"]

_PROGRAM = Path(__file__).with_name("peer_program.py")


class Peers:
    """Answers what the peers' program is asked. Made by `peers`.

    Attributes
    ----------
    names
        Which peers there are.
    """

    def __init__(self, process: subprocess.Popen[str] | None) -> None:
        self._process = process
        self.names: frozenset[str] = frozenset(json.loads(self._line())) if process else frozenset()

    def ask(self, word: str, *arguments: Any) -> Any:
        """Let a peer do something, and return what it has found.

        Raises
        ------
        RuntimeError
            When it fails.
        """
        assert self._process is not None
        assert self._process.stdin is not None
        print(json.dumps([word, arguments]), file=self._process.stdin, flush=True)
        said = json.loads(self._line())
        if "failed" in said:
            raise RuntimeError(f"{word}: {said['failed']}")
        return said["found"]

    def _line(self) -> str:
        assert self._process is not None
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("The interpreter of the peers has ended.")
        return line


@contextmanager
def peers(python: Path | None, work: Path) -> Iterator[Peers]:
    """Run the peers' program until the block ends; without an interpreter there are none."""
    if python is None:
        yield Peers(None)
        return
    with (
        (work / "peers.log").open("wb") as log,
        subprocess.Popen(
            [str(python), str(_PROGRAM)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            cwd=work,
            text=True,
            # pyacid wants a map of rows that only hats-import writes; it goes by the partitions without it.
            env={**os.environ, "ACID_WORK_AUTOSIZE": "0"},
        ) as process,
    ):
        try:
            yield Peers(process)
        finally:
            process.kill()
