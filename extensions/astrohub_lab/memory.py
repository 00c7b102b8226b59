"""The memory that a user server may have: its limit, and how often a process was ended for it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

__all__ = ["Memory", "read_memory"]

_ROOT = Path("/sys/fs/cgroup")
#: From here on a limit is none: version 1 of control groups writes a number near 2^63 for "no limit".
_NO_LIMIT = 1 << 60


@dataclass(frozen=True)
class Memory:
    """What the control group of a server says.

    Parameters
    ----------
    limit
        Bytes that all of its processes may take together; None if there is no limit.
    used
        Bytes that they take now, with what the machine may forget of files.
    kills
        How many of its processes were ended so far because the limit was reached.
    """

    limit: int | None
    used: int
    kills: int

    def document(self) -> dict[str, int | None]:
        """Return it as the page reads it."""
        return asdict(self)


def read_memory(root: Path = _ROOT) -> Memory:
    """Read the control group of this container, of version 2 or 1; a machine without one has no limit.

    Parameters
    ----------
    root
        Where control groups are mounted. In a container that is its own group.
    """
    if (root / "memory.events").is_file():
        return Memory(
            limit=_number(root / "memory.max"),
            used=_number(root / "memory.current") or 0,
            kills=_entry(root / "memory.events", "oom_kill"),
        )
    group = root / "memory"
    limit = _number(group / "memory.limit_in_bytes")
    return Memory(
        limit=None if limit is None or limit >= _NO_LIMIT else limit,
        used=_number(group / "memory.usage_in_bytes") or 0,
        kills=_entry(group / "memory.oom_control", "oom_kill"),
    )


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _number(file: Path) -> int | None:
    text = _text(file)
    return int(text) if text.isdigit() else None


def _entry(file: Path, name: str) -> int:
    entries = dict(line.split(maxsplit=1) for line in _text(file).splitlines() if " " in line)
    return int(entries.get(name, "0"))
