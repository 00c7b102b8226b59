"""`status`: each part, healthy or why not."""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass

from ..credentials import Credentials, read_credentials
from ..errors import LauncherError, NotRunningError
from ..parts import PARTS, Platform
from ..place import Place, locate
from ..supervision.probe import why_not
from ..supervision.record import Record, read_record
from ..terminal import Terminal

__all__ = ["run"]


@dataclass(frozen=True)
class _State:
    name: str
    why: str
    pid: int | None
    restarts: int
    last_end: str

    @property
    def healthy(self) -> bool:
        return not self.why


def run(arguments: argparse.Namespace) -> int:
    """Ask every part; exit code 0 when all are healthy, 1 when one is not, 3 when nothing runs."""
    place, _ = locate(arguments.data)
    record = _record(place)
    states = _states(place, record) if record and record.is_alive() else []
    code = 3 if not states else 0 if all(state.healthy for state in states) else 1
    if arguments.json:
        print(json.dumps(_as_json(record, states, place), indent=2))
    elif record is None or not states:
        last = f" Its last start failed: {record.failure}" if record and record.failure else ""
        if record and any(process.is_alive() for process in record.processes()):
            raise NotRunningError(
                f"The supervisor of {place.data} is gone, but some of its parts still run: "
                "`./astrohub down` ends them, `./astrohub up` ends them and starts anew."
            )
        raise NotRunningError(f"astrohub is not running in {place.data}.{last}")
    else:
        _say(record, states, place)
    return code


def _record(place: Place) -> Record | None:
    try:
        return read_record(place.run)
    except PermissionError as e:
        raise LauncherError(f"{place.run} belongs to another account: ask for the status as that one.") from e


def _states(place: Place, record: Record) -> list[_State]:
    platform = Platform(place, record.port, record.ports, read_credentials(place.run) or Credentials())
    found = []
    for part in PARTS:
        known = record.parts.get(part.name)
        pid = known.process.pid if known and known.process else None
        why = why_not(part.questions(platform)) if pid else known.why if known else "it was not started"
        restarts, last_end = (known.restarts, known.last_end) if known else (0, "")
        found.append(_State(part.name, why or "", pid, restarts, last_end))
    return found


def _as_json(record: Record | None, states: list[_State], place: Place) -> dict[str, object]:
    alive = bool(states)
    return {
        "running": alive,
        "healthy": alive and all(state.healthy for state in states),
        "phase": record.phase if record and alive else "stopped",
        "url": record.url if record and alive else None,
        "data": str(place.data),
        "environments": str(place.environments),
        "supervisor": record.supervisor.pid if record and alive else None,
        "failure": record.failure or None if record and not alive else None,
        "parts": {
            state.name: {
                "healthy": state.healthy,
                "why": state.why or None,
                "pid": state.pid,
                "restarts": state.restarts,
                "lastEnd": state.last_end or None,
            }
            for state in states
        },
    }


def _say(record: Record, states: list[_State], place: Place) -> None:
    terminal = Terminal()
    terminal.say(f"{record.url} ({record.phase}; data in {place.data})")
    for state in states:
        often = "once" if state.restarts == 1 else f"{state.restarts} times"
        last = f" (it {state.last_end})" if state.last_end else ""
        again = f", started again {often}{last}" if state.restarts else ""
        sign, what = ("✓", "healthy") if state.healthy else ("✗", f"not healthy: {state.why}")
        process = f" (process {state.pid})" if state.pid else ""
        terminal.say(f"  {sign} {state.name:<10} {what}{process}{again}")
