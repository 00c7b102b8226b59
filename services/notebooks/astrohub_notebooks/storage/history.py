"""What was published or refused, when, and why: one JSON file, replaced as a whole."""

from __future__ import annotations

import json
import os
import secrets
from datetime import datetime
from pathlib import Path
from typing import Any

from ..models import Entry, State

__all__ = ["History", "entry_as_dict"]


class History:
    """Keep the history in a file.

    Parameters
    ----------
    file
        The file; one that cannot be read counts as empty, because the versions themselves are what matters.
    length
        Entries that are kept.
    """

    def __init__(self, file: Path, length: int) -> None:
        self._file = file
        self._length = length

    def entries(self) -> list[Entry]:
        """Return the entries, newest first."""
        try:
            lines = json.loads(self._file.read_text(encoding="utf-8"))["entries"]
            return [_entry(line) for line in lines]
        except (OSError, ValueError, KeyError, TypeError):
            return []

    def add(self, entry: Entry) -> None:
        """Put an entry first; it takes the place of one that says the same."""
        former = self.entries()
        if former and _meaning(former[0]) == _meaning(entry):
            former = former[1:]
        lines = [entry_as_dict(line) for line in [entry, *former][: self._length]]
        fresh = self._file.with_name(f".{self._file.name}-{secrets.token_hex(4)}")
        text = json.dumps({"format": 1, "entries": lines}, indent=1, ensure_ascii=True) + "\n"
        try:
            fresh.write_text(text, encoding="utf-8")
            os.replace(fresh, self._file)
        finally:
            fresh.unlink(missing_ok=True)


def entry_as_dict(entry: Entry) -> dict[str, Any]:
    """Turn an entry into plain values, with keys in camel case."""
    return {
        "commit": entry.version,
        "time": entry.time.isoformat(timespec="seconds"),
        "message": entry.message,
        "state": entry.state.value,
        "decided": entry.decided.isoformat(timespec="seconds"),
        "reason": entry.reason,
        "source": entry.source,
    }


def _entry(line: dict[str, Any]) -> Entry:
    return Entry(
        version=str(line["commit"]),
        time=datetime.fromisoformat(line["time"]),
        message=str(line["message"]),
        state=State(line["state"]),
        decided=datetime.fromisoformat(line["decided"]),
        reason=str(line["reason"]),
        source=str(line["source"]),
    )


def _meaning(entry: Entry) -> tuple[str, ...]:
    return entry.version, entry.state.value, entry.reason, entry.source
