"""Telling a process from a later one that was given the same number."""

from __future__ import annotations

from pathlib import Path

__all__ = ["birth"]


def birth(pid: int, proc: Path = Path("/proc")) -> str:
    """Return when a process started, in the kernel's own ticks; empty when it is gone or cannot be told.

    A process that has ended and whose parent has not noticed is gone.
    """
    try:
        content = (proc / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    # The second field, the command's name, may itself hold spaces and parentheses.
    fields = content.rpartition(")")[2].split()
    return fields[19] if len(fields) > 19 and fields[0] not in "ZX" else ""
