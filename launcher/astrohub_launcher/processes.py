"""Processes of this machine, told apart by number and start."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["Identity", "end_groups", "identify", "processor_ticks"]


@dataclass(frozen=True)
class Identity:
    """A process: its number alone may by now belong to another one."""

    pid: int
    start: str

    def is_alive(self) -> bool:
        """Say whether this very process still runs."""
        return _start_of(self.pid) == self.start

    def as_json(self) -> dict[str, Any]:
        """Return what `Identity(**…)` takes."""
        return {"pid": self.pid, "start": self.start}


def identify(pid: int) -> Identity:
    """Return the identity of a running process."""
    return Identity(pid, _start_of(pid) or "")


def end_groups(leaders: Iterable[Identity], *, patience_s: float) -> None:
    """End process groups: ask first, then insist."""
    alive = [leader for leader in leaders if leader.is_alive()]
    for signal_number in (signal.SIGTERM, signal.SIGKILL):
        for leader in alive:
            with suppress(ProcessLookupError):
                os.killpg(leader.pid, signal_number)
        alive = _wait_for(alive, patience_s)


def _wait_for(processes: list[Identity], patience_s: float) -> list[Identity]:
    deadline = time.monotonic() + patience_s
    alive = processes
    while alive and time.monotonic() < deadline:
        time.sleep(0.05)
        alive = [process for process in alive if process.is_alive()]
    return alive


def processor_ticks(process: Identity) -> int | None:
    """Return for how long a process has computed, in ticks of the system; None when that cannot be known."""
    fields = _fields_of(process.pid)
    return int(fields[11]) + int(fields[12]) if fields else None


def _fields_of(pid: int) -> list[str] | None:
    """Return what Linux says of a process, from its state on; None when it is gone, or on another system."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return None


def _start_of(pid: int) -> str | None:
    """Return when a process was started, as the system writes it; None when it is gone or a zombie."""
    if Path("/proc/self/stat").exists():
        fields = _fields_of(pid)
        return None if fields is None or fields[0] in "ZX" else fields[19]
    shown = subprocess.run(
        ["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return shown.stdout.strip() or None
