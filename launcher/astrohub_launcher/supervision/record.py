"""run/state.json: what runs where."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ..files import read_json, write_json
from ..processes import Identity

__all__ = [
    "FAILED",
    "RUNNING",
    "STARTING",
    "STATE",
    "STOPPING",
    "PartRecord",
    "Record",
    "read_record",
    "write_record",
]

STARTING, RUNNING, STOPPING, FAILED = "starting", "running", "stopping", "failed"
STATE = "state.json"


@dataclass
class PartRecord:
    """One part at this moment."""

    process: Identity | None = None
    healthy: bool = False
    why: str = "not started yet"
    restarts: int = 0
    last_end: str = ""


@dataclass
class Record:
    """One platform at this moment."""

    supervisor: Identity
    url: str
    port: int
    ports: dict[str, int]
    phase: str = STARTING
    failure: str = ""
    details: list[str] = field(default_factory=list)
    parts: dict[str, PartRecord] = field(default_factory=dict)

    def is_alive(self) -> bool:
        """Say whether the supervisor that wrote this still runs."""
        return self.supervisor.is_alive()

    def processes(self) -> list[Identity]:
        """Return the parts' processes."""
        return [part.process for part in self.parts.values() if part.process]


def read_record(run: Path) -> Record | None:
    """Return what the last supervisor wrote; None when there is nothing."""
    found = read_json(run / STATE)
    if not isinstance(found, dict):
        return None
    parts = {name: _part(part) for name, part in found.pop("parts").items()}
    supervisor = Identity(**found.pop("supervisor"))
    return Record(supervisor=supervisor, parts=parts, **found)


def write_record(run: Path, record: Record) -> None:
    """Write what runs where."""
    write_json(run / STATE, asdict(record), mode=0o600)


def _part(found: dict[str, Any]) -> PartRecord:
    process = found.pop("process")
    return PartRecord(process=Identity(**process) if process else None, **found)
