"""What a run finds: outcomes, failures, findings, and the whole of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

__all__ = ["Failure", "FailureKind", "Finding", "NotebookResult", "Outcome", "RunResult", "SkippedCell"]


class Outcome(StrEnum):
    """How a notebook ended."""

    PASSED = "passed"
    SOFT = "soft"
    SKIPPED = "skipped"
    FAILED = "failed"
    STOPPED = "stopped"


class FailureKind(StrEnum):
    """Why a notebook failed."""

    ERROR = "error"
    TIMEOUT = "timeout"
    MEMORY = "out-of-memory"
    DEAD_KERNEL = "dead-kernel"
    KERNEL = "kernel"
    OUTPUT = "suspicious-output"
    UNREADABLE = "unreadable"
    TESTER = "tester"


@dataclass(frozen=True)
class Failure:
    """One thing that went wrong in a notebook.

    `cell` counts all cells of the notebook from 1, as a reader does; None when no cell is to blame.
    `soft` holds the reason when the notebook or the cell says that its failure is to be borne.
    """

    kind: FailureKind
    message: str
    cell: int | None = None
    source: str = ""
    traceback: str = ""
    soft: str | None = None


@dataclass(frozen=True)
class SkippedCell:
    """A cell that was not run because it says so."""

    cell: int
    reason: str


@dataclass(frozen=True)
class NotebookResult:
    """How one notebook ended, what it took, and what went wrong.

    `path` is relative to the collection. `executed` is the file with the outputs, as long as it is kept.
    """

    path: str
    outcome: Outcome
    reason: str = ""
    kernel: str = ""
    failures: tuple[Failure, ...] = ()
    skipped_cells: tuple[SkippedCell, ...] = ()
    cells: int = 0
    cells_run: int = 0
    wall_s: float = 0.0
    peak_memory_bytes: int = 0
    attempts: int = 1
    output_cut: bool = False
    executed: Path | None = None

    @property
    def is_flaky(self) -> bool:
        """Whether the notebook passed, but not at the first attempt."""
        return self.attempts > 1 and self.outcome in {Outcome.PASSED, Outcome.SOFT}


@dataclass(frozen=True)
class Finding:
    """What a check found without running anything; `level` is `warn` or `fail`."""

    check: str
    level: str
    path: str
    message: str


@dataclass(frozen=True)
class RunResult:
    """One run over a collection, in the order of the notebooks' paths."""

    collection: Path
    started: datetime
    wall_s: float
    notebooks: tuple[NotebookResult, ...] = ()
    findings: tuple[Finding, ...] = ()
    was_stopped: bool = False
    counts: Counter[Outcome] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "counts", Counter(notebook.outcome for notebook in self.notebooks))

    @property
    def has_failed(self) -> bool:
        """Whether a notebook failed or a check that must hold does not."""
        return self.counts[Outcome.FAILED] > 0 or any(finding.level == "fail" for finding in self.findings)
