"""Archives that start in an instant, forked from a process that has imported it: for tests that kill many."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from .running_archive import RunningArchive
from .waiting import until

__all__ = ["Stove", "WarmArchive", "burning_stove"]


class Stove:
    """The process from which archives are forked."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._asking = threading.Lock()

    def fork(self, config: Path, log: Path) -> int:
        """Start an archive and return the number of its process."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with self._asking:
            self._process.stdin.write(json.dumps([str(config), str(log)]) + "\n")
            self._process.stdin.flush()
            return int(self._process.stdout.readline())


@contextmanager
def burning_stove() -> Iterator[Stove]:
    """Keep such a process until the block ends."""
    command = [sys.executable, str(Path(__file__).with_name("archive_stove.py"))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Stove(process)
        finally:
            process.kill()


class WarmArchive(RunningArchive):
    """An archive forked from a stove, a real process as every other; it can only be started and killed."""

    pid = 0

    def begin(self, stove: Stove) -> None:
        """Start the process."""
        config = self.folder / "archive.json"
        config.write_text(json.dumps(self.settings), encoding="utf-8")
        self.pid = stove.fork(config, self.folder / "archive.log")

    def check_alive(self) -> None:
        """Fail, with the log, when the process has ended."""
        assert psutil.pid_exists(self.pid), f"The archive has ended:\n{self.log}"

    def kill(self) -> None:
        """Kill the process and return when it is gone."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        until(lambda: not psutil.pid_exists(self.pid), "a killed archive is gone")
