"""A run as it goes on, and its summary, for the person at a terminal."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from typing import TextIO

from ..execution.pool import Event
from ..models import Finding, NotebookResult, Outcome, RunResult

__all__ = ["Progress", "duration", "memory", "print_findings", "print_summary"]

_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class Progress:
    """Print a line when a notebook ends and, on a terminal, one that says what is running.

    Parameters
    ----------
    stream
        Where to print.
    total
        How many notebooks there are.
    """

    def __init__(self, stream: TextIO, total: int) -> None:
        self._stream = stream
        self._total = total
        self._ended = 0
        self._running: dict[str, str] = {}
        self._is_live = stream.isatty()

    def __call__(self, event: Event) -> None:
        """Take notice of an event."""
        if event.result is None:
            self._begin(event)
        else:
            self._end(event.result)
        self._show()

    def close(self) -> None:
        """Remove the line that says what is running."""
        if self._is_live:
            self._write("\r\x1b[K")

    def _begin(self, event: Event) -> None:
        is_new = event.path not in self._running
        self._running[event.path] = f"{event.path} {event.cell}/{event.cells}" if event.cell else event.path
        if is_new and not self._is_live:
            self._write(f"           running  {plain(event.path)}\n")

    def _end(self, result: NotebookResult) -> None:
        self._ended += 1
        self._running.pop(result.path, None)
        self.close()
        count = f"[{self._ended:>3}/{self._total}]"
        self._write(f"{count}  {result.outcome.value:<8} {plain(result.path)}{_took(result)}\n")
        for line in _why(result):
            self._write(f"                    {line}\n")

    def _show(self) -> None:
        if self._is_live and self._running:
            width = shutil.get_terminal_size().columns - 1
            text = plain("running: " + ", ".join(self._running.values()))
            self._write("\r\x1b[K" + text[:width])

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


def print_findings(findings: Sequence[Finding], stream: TextIO) -> None:
    """Print what the checks found."""
    for finding in findings:
        stream.write(
            f"{finding.level:<5} {plain(finding.path)}: {plain(finding.message)} [{finding.check}]\n"
        )


def print_summary(result: RunResult, stream: TextIO) -> None:
    """Print what failed and the counts."""
    if result.findings:
        stream.write("\nChecks\n")
        print_findings(result.findings, stream)
    said = [f"{result.counts[outcome]} {outcome.value}" for outcome in Outcome if result.counts[outcome]]
    failing = sum(finding.level == "fail" for finding in result.findings)
    if failing:
        said.append(f"{failing} failed check{'s' if failing > 1 else ''}")
    flaky = sum(notebook.is_flaky for notebook in result.notebooks)
    if flaky:
        said.append(f"{flaky} passed only when repeated")
    end = "; stopped before the end" if result.was_stopped else ""
    stream.write(f"\n{', '.join(said) or 'nothing to run'} in {duration(result.wall_s)}{end}\n")


def duration(seconds: float) -> str:
    """Write a duration for a reader."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s"


def memory(size_bytes: int) -> str:
    """Write an amount of memory for a reader."""
    return f"{size_bytes / 1e9:.2f} GB" if size_bytes >= 1e9 else f"{size_bytes / 1e6:.0f} MB"


def plain(text: str) -> str:
    """Take out of a text what could steer a terminal."""
    return _CONTROL.sub("", text).replace("\n", " ")


def _took(result: NotebookResult) -> str:
    if result.outcome is Outcome.SKIPPED or not result.wall_s:
        return ""
    again = f", attempt {result.attempts}" if result.attempts > 1 else ""
    return f"  ({duration(result.wall_s)}, {memory(result.peak_memory_bytes)}{again})"


def _why(result: NotebookResult) -> list[str]:
    lines = [plain(result.reason)] if result.reason else []
    for failure in result.failures:
        where = f"cell {failure.cell}: " if failure.cell else ""
        soft = f" (soft: {failure.soft})" if failure.soft else ""
        lines.append(plain(f"{where}{failure.message}{soft}"))
    lines += [f"cell {cell.cell} skipped: {plain(cell.reason)}" for cell in result.skipped_cells]
    if result.output_cut:
        lines.append("its output was longer than the limit and was cut")
    return lines
