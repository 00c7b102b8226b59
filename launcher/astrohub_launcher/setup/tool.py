"""Runs an outside program and keeps what it said."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO

from ..processes import Identity, identify
from ..terminal import redact

__all__ = ["Bench", "ToolError", "Tools"]

_KEPT_LINES = 400


class ToolError(Exception):
    """A program ended with a fault."""

    def __init__(self, program: str, exit_code: int, lines: list[str]) -> None:
        super().__init__(f"{program} ended with {exit_code}")
        self.program = program
        self.exit_code = exit_code
        self.lines = lines


class Tools:
    """The programs that a set-up has under way, so that all of them can be ended.

    Parameters
    ----------
    changed
        Called with the identities of the running programs whenever one starts or ends.
    """

    def __init__(self, changed: Callable[[list[Identity]], None]) -> None:
        self._changed = changed
        self._lock = threading.Lock()
        self._running: dict[int, Identity] = {}
        self._cancelled = False

    def start(self, command: list[str], cwd: Path, env: Mapping[str, str]) -> subprocess.Popen[str]:
        """Start a program in a process group of its own."""
        with self._lock:
            if self._cancelled:
                raise ToolError(command[0], -signal.SIGTERM, [])
            process = subprocess.Popen(
                command,
                cwd=cwd,
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                encoding="utf-8",
                errors="replace",
                start_new_session=True,
            )
            self._running[process.pid] = identify(process.pid)
            self._changed(list(self._running.values()))
        return process

    def ended(self, pid: int) -> None:
        """Forget a program that has ended."""
        with self._lock:
            self._running.pop(pid, None)
            self._changed(list(self._running.values()))

    def cancel(self) -> None:
        """End all programs, with what they started, and start no more."""
        with self._lock:
            self._cancelled = True
            for pid in self._running:
                with suppress(ProcessLookupError):
                    os.killpg(pid, signal.SIGKILL)


class Bench:
    """Where one step works: it runs programs there, and their output goes to the step's log."""

    def __init__(self, tools: Tools, log: Path, progress: Callable[[str], None]) -> None:
        self._tools = tools
        self._log = log
        self.progress = progress

    def run(
        self,
        command: Iterable[str | Path],
        *,
        cwd: Path,
        env: Mapping[str, str],
        on_line: Callable[[str], None] | None = None,
    ) -> None:
        """Run a program to its end.

        Raises
        ------
        ToolError
            When it ends with another exit code than 0.
        """
        words = [str(word) for word in command]
        process = self._tools.start(words, cwd, env)
        try:
            with self._log.open("a", encoding="utf-8") as log:
                log.write(f"$ {' '.join(words)}\n")
                lines = _read(process.stdout, log, on_line)
            exit_code = process.wait()
        except BaseException:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise
        finally:
            self._tools.ended(process.pid)
        if exit_code != 0:
            raise ToolError(Path(words[0]).name, exit_code, lines)


def _read(output: IO[str] | None, log: IO[str], on_line: Callable[[str], None] | None) -> list[str]:
    kept: deque[str] = deque(maxlen=_KEPT_LINES)
    for raw in output or ():
        line = redact(raw.rstrip())
        kept.append(line)
        log.write(line + "\n")
        if on_line is not None:
            on_line(line)
    return list(kept)
