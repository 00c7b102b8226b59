"""Ends a platform that this process did not start."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from ..errors import LauncherError
from ..processes import end_groups
from .record import FAILED, STOPPING, Record, read_record, write_record

__all__ = ["end_leftovers", "end_platform"]

_PATIENCE_S = 60


def end_platform(run: Path) -> bool:
    """End the platform whose state lies in a folder; say whether there was one.

    Raises
    ------
    LauncherError
        When it belongs to another account.
    """
    record = read_record(run)
    if record is None:
        return False
    ran = record.is_alive()
    if ran:
        try:
            os.kill(record.supervisor.pid, signal.SIGTERM)
        except PermissionError as e:
            raise LauncherError(
                f"The platform at {record.url} belongs to another account: run `./astrohub down` as that one."
            ) from e
        except ProcessLookupError:
            ran = False
        _wait(record)
    return end_leftovers(run) or ran


def end_leftovers(run: Path) -> bool:
    """End parts whose supervisor was killed, so that ports and files are free again; say if any still ran."""
    record = read_record(run)
    if record is None or record.is_alive():
        return False
    left = any(process.is_alive() for process in record.processes())
    if record.processes():
        end_groups(reversed(record.processes()), patience_s=10)
        for part in record.parts.values():
            part.process, part.healthy, part.why = None, False, "ended with its supervisor"
        if record.phase != FAILED:
            record.phase = STOPPING
        write_record(run, record)
    return left


def _wait(record: Record) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while record.is_alive() and time.monotonic() < deadline:
        time.sleep(0.05)
    if record.is_alive():
        os.kill(record.supervisor.pid, signal.SIGKILL)
