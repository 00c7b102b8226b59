"""The record of the running cluster: how whoever comes next finds it, or what is left of it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from ..places import RUN
from .namespaces import start_time

__all__ = ["Record", "read_record", "write_record"]

_FILE = RUN / "record.json"


@dataclass(frozen=True)
class Record:
    """A cluster that was started.

    Parameters
    ----------
    first, first_start
        The first process of its namespaces, and when that began.
    binaries
        Where its binaries lie.
    clone
        The clone that it was started from.
    owner, owner_start
        The process that it ends with; None when it was started by hand and stays until `down`.
    ready
        Whether its start came to the end.
    """

    first: int
    first_start: str
    binaries: str
    clone: str
    owner: int | None = None
    owner_start: str | None = None
    ready: bool = False

    def lives(self) -> bool:
        """Say whether its first process is there."""
        return start_time(self.first) == self.first_start

    def is_orphan(self) -> bool:
        """Say whether the process that it should have ended with is gone."""
        return self.owner is not None and start_time(self.owner) != self.owner_start


def read_record() -> Record | None:
    """Return the record, or None when no cluster was started since the last one was taken down."""
    try:
        return Record(**json.loads(_FILE.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None


def write_record(record: Record) -> None:
    """Write the record in one piece."""
    made = Path(f"{_FILE}.new")
    made.write_text(json.dumps(asdict(record), indent=1), encoding="utf-8")
    made.rename(_FILE)
