"""What the notebook tester reported: JSON files in one folder, each with its HTML beside it. Only read."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..models import Finding, Outcome, Run, Tested

__all__ = ["Results"]

_FORMAT = 1
_LARGEST_BYTES = 20_000_000
_LONGEST_CAUSE = 300
_PAGE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*\.html")


class Results:
    """Read the reports in a folder.

    Parameters
    ----------
    folder
        The folder; it need not be there.
    most
        How many runs are read, the newest ones.
    """

    def __init__(self, folder: Path, most: int) -> None:
        self._folder = folder
        self._most = most
        self._known: dict[Path, tuple[tuple[int, int], Run | str]] = {}

    def read(self) -> tuple[list[Run], list[str]]:
        """Return the runs, newest first, and of each report that cannot be read why."""
        runs, faults = [], []
        for file, read in self._reports():
            if isinstance(read, str):
                faults.append(f"{file.name}: {read}")
            else:  # its page is looked for each time: it is written after the JSON
                page = file.with_suffix(".html").name
                runs.append(replace(read, page=page if self.page(page) else None))
        return sorted(runs, key=lambda run: run.started, reverse=True), sorted(faults)

    def page(self, name: str) -> Path | None:
        """Return the file of a run's page; None when there is none of that name."""
        if not _PAGE.fullmatch(name):
            return None
        file = self._folder / name
        return file if file.is_file() and not file.is_symlink() else None

    def _reports(self) -> list[tuple[Path, Run | str]]:
        """Read the newest files; what has not changed since is remembered."""
        stamps = self._stamps()
        newest = sorted(stamps, key=lambda file: stamps[file], reverse=True)[: self._most]
        known: dict[Path, tuple[tuple[int, int], Run | str]] = {}
        for file in newest:
            former = self._known.get(file)
            is_same = former is not None and former[0] == stamps[file]
            known[file] = former if former and is_same else (stamps[file], self._run(file, stamps[file][1]))
        self._known = known
        return [(file, read) for file, (_, read) in known.items()]

    def _stamps(self) -> dict[Path, tuple[int, int]]:
        stamps = {}
        for file in self._folder.glob("*.json"):
            try:
                status = file.stat()
            except OSError:
                continue  # replaced or removed this moment
            stamps[file] = (status.st_mtime_ns, status.st_size)
        return stamps

    def _run(self, file: Path, size: int) -> Run | str:
        if size > _LARGEST_BYTES:
            return f"it has more than {_LARGEST_BYTES // 1_000_000} MB"
        try:
            said = json.loads(file.read_bytes())
            if said["format"] != _FORMAT:
                return f"its format is {said['format']!r}, not {_FORMAT}: the tester is of another version"
            return _run(file.stem, said)
        except OSError as e:
            return f"it cannot be read ({e.strerror})"
        except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError, RecursionError):
            return "it is no report of the notebook tester"


def _run(name: str, said: dict[str, Any]) -> Run:
    started = datetime.fromisoformat(said["started"])
    return Run(
        name=name,
        started=started if started.tzinfo else started.replace(tzinfo=UTC),
        wall_s=_seconds(said["wallS"]),
        was_stopped=bool(said["wasStopped"]),
        notebooks=tuple(_tested(number, one) for number, one in enumerate(said["notebooks"], start=1)),
        findings=tuple(_finding(one) for one in said["findings"]),
        page=None,
    )


def _tested(number: int, said: dict[str, Any]) -> Tested:
    return Tested(
        path=_text(said["path"]),
        outcome=Outcome(said["outcome"]),
        cause=_cause(said),
        wall_s=_seconds(said["wallS"]),
        peak_memory_bytes=int(said["peakMemoryBytes"]),
        anchor=f"notebook-{number}",
    )


def _cause(said: dict[str, Any]) -> str:
    """Put into one line why a notebook did not pass; what is to be borne comes last."""
    failures = sorted(said["failures"], key=lambda failure: failure["soft"] is not None)
    if not failures:
        return _text(said["reason"])
    message = _text(failures[0]["message"]).strip().partition("\n")[0]
    cell = failures[0]["cell"]
    text = f"cell {int(cell)}: {message}" if cell is not None else message
    return text if len(text) <= _LONGEST_CAUSE else f"{text[: _LONGEST_CAUSE - 1]}…"


def _finding(said: dict[str, Any]) -> Finding:
    return Finding(_text(said["path"]), _text(said["message"]), _text(said["level"]))


def _text(value: object) -> str:
    """Read a text that a page can carry: half a character becomes a question mark."""
    return str(value).encode("utf-8", errors="replace").decode("utf-8")


def _seconds(value: object) -> float:
    seconds = float(str(value))
    if not math.isfinite(seconds):
        raise ValueError(seconds)
    return seconds
