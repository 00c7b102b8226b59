"""The memory of a kernel and of the processes it starts."""

from __future__ import annotations

import asyncio
import contextlib
import re
from pathlib import Path

import psutil

__all__ = ["MemoryMeter", "end_tree", "out_of_memory_kills"]

_INTERVAL_S = 0.25


class MemoryMeter:
    """Follow the resident memory of a process tree.

    Parameters
    ----------
    pid
        The kernel's process.
    limit_bytes
        Memory above which `watch` returns.
    """

    def __init__(self, pid: int, limit_bytes: int | None = None) -> None:
        self._pid = pid
        self._limit = limit_bytes
        self.peak_bytes = 0

    async def watch(self) -> None:
        """Sample the memory; return when it is above the limit, else go on until cancelled."""
        while True:
            self.sample()
            if self._limit is not None and self.peak_bytes > self._limit:
                return
            await asyncio.sleep(_INTERVAL_S)

    def sample(self) -> None:
        """Look once."""
        used = sum(_resident(process) for process in _tree(self._pid))
        self.peak_bytes = max(self.peak_bytes, used, _high_water_mark(self._pid))


def end_tree(pid: int) -> None:
    """Kill the processes that a kernel started, and the kernel."""
    for process in reversed(_tree(pid)):
        with contextlib.suppress(psutil.Error):
            process.kill()


def out_of_memory_kills() -> int | None:
    """Return how many processes the system has killed for want of memory, where it counts them."""
    try:
        found = re.search(r"(?m)^oom_kill (\d+)$", Path("/proc/vmstat").read_text(encoding="ascii"))
    except OSError:
        return None
    return int(found[1]) if found else None


def _tree(pid: int) -> list[psutil.Process]:
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.Error:
        return []


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


def _high_water_mark(pid: int) -> int:
    """Return the most memory the kernel itself ever had, which catches what falls between two samples."""
    try:
        found = re.search(
            r"(?m)^VmHWM:\s+(\d+) kB$",
            Path(f"/proc/{pid}/status").read_text(encoding="utf-8", errors="replace"),
        )
    except OSError:
        return 0
    return int(found[1]) * 1024 if found else 0
