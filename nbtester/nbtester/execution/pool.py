"""Many notebooks at a time: a thread with an event loop for each that runs."""

from __future__ import annotations

import asyncio
import copy
import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from ..collection.discovery import first_match
from ..collection.notebook import Wishes, count_runnable, kernel_name, wishes_of
from ..errors import WorkingCopyError
from ..models import Failure, FailureKind, NotebookResult, Outcome
from ..settings import Settings
from .notebook_run import NotebookRun, Record
from .stopping import Stopper
from .working_copy import working_copy

__all__ = ["Event", "Listener", "NotebookPool"]


@dataclass(frozen=True)
class Event:
    """Something that happened to a notebook: it began, came to a cell, or ended (then `result` is set)."""

    path: str
    cell: int = 0
    cells: int = 0
    result: NotebookResult | None = None


Listener = Callable[[Event], None]


class NotebookPool:
    """Run notebooks of one collection.

    Parameters
    ----------
    collection
        The folder the paths are relative to.
    settings
        Limits and choices.
    executed
        Folder that takes the notebooks with their outputs.
    stopper
        Who may ask to stop; what has not begun then ends as `stopped`.
    listener
        Called from the threads, one call at a time.
    """

    def __init__(
        self, collection: Path, settings: Settings, *, executed: Path, stopper: Stopper, listener: Listener
    ) -> None:
        self._collection = collection
        self._settings = settings
        self._executed = executed
        self._stopper = stopper
        self._listener = listener
        self._lock = threading.Lock()

    def run(self, notebooks: Mapping[str, NotebookNode]) -> list[NotebookResult]:
        """Run them all and return their results in the order of their paths."""
        if not notebooks:
            return []
        with ThreadPoolExecutor(max_workers=min(self._settings.jobs, len(notebooks))) as threads:
            futures = [threads.submit(self._run_one, path, notebooks[path]) for path in sorted(notebooks)]
            _await_all(futures, self._stopper)
            return [future.result() for future in futures]

    def _tell(self, event: Event) -> None:
        with self._lock:
            self._listener(event)

    def _run_one(self, path: str, notebook: NotebookNode) -> NotebookResult:
        try:
            result = self._attempts(path, notebook)
        except Exception as e:  # noqa: BLE001  the outermost ring: one notebook must not end the run
            failure = Failure(FailureKind.TESTER, f"The tester failed: {type(e).__name__}: {e}")
            result = NotebookResult(path, Outcome.FAILED, failures=(failure,))
        self._tell(Event(path, result=result))
        return result

    def _attempts(self, path: str, notebook: NotebookNode) -> NotebookResult:
        wishes = self._wishes(path, notebook)
        kernel = self._settings.kernel or kernel_name(notebook) or ""
        if wishes.skip:
            return NotebookResult(path, Outcome.SKIPPED, wishes.skip, kernel, cells=count_runnable(notebook))
        for attempt in range(1, self._settings.retries + 2):
            if self._stopper.is_set:
                return NotebookResult(
                    path, Outcome.STOPPED, "not begun", kernel, cells=count_runnable(notebook)
                )
            self._tell(Event(path, cells=len(notebook.cells)))
            result = self._attempt(path, copy.deepcopy(notebook), wishes)
            result = replace(result, kernel=kernel, attempts=attempt)
            if result.outcome is not Outcome.FAILED:
                break
        return result

    def _wishes(self, path: str, notebook: NotebookNode) -> Wishes:
        wishes = wishes_of(notebook, self._settings.tags)
        skip = first_match(path, self._settings.skip)
        soft = first_match(path, self._settings.soft)
        return replace(
            wishes,
            skip=(self._settings.skip[skip] or "no reason given") if skip else wishes.skip,
            soft=(self._settings.soft[soft] or "no reason given") if soft else wishes.soft,
        )

    def _attempt(self, path: str, notebook: NotebookNode, wishes: Wishes) -> NotebookResult:
        def on_cell(cell: int, cells: int) -> None:
            self._tell(Event(path, cell, cells))

        run = NotebookRun(notebook, self._settings, wishes, stopper=self._stopper, on_cell=on_cell)
        try:
            with working_copy(self._collection, path, self._settings.working_copy) as folder:
                record = asyncio.run(run.execute(folder))
        except WorkingCopyError as e:
            return NotebookResult(
                path, Outcome.FAILED, failures=(Failure(FailureKind.TESTER, str(e), soft=wishes.soft),)
            )
        return self._result(path, record, self._keep(path, notebook))

    def _keep(self, path: str, notebook: NotebookNode) -> Path:
        """Write the notebook with its outputs."""
        file = self._executed / path
        file.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, file)  # type: ignore[no-untyped-call]
        return file

    def _result(self, path: str, record: Record, executed: Path) -> NotebookResult:
        return NotebookResult(
            path,
            _outcome(record),
            reason="stopped before its end" if record.was_stopped else "",
            failures=tuple(record.failures),
            skipped_cells=tuple(record.skipped),
            cells=record.cells,
            cells_run=record.cells_run,
            wall_s=record.wall_s,
            peak_memory_bytes=record.peak_bytes,
            output_cut=record.output_cut,
            executed=executed,
        )


def _outcome(record: Record) -> Outcome:
    if any(failure.soft is None for failure in record.failures):
        return Outcome.FAILED
    if record.was_stopped:
        return Outcome.STOPPED
    return Outcome.SOFT if record.failures else Outcome.PASSED


def _await_all(futures: Iterable[Future[NotebookResult]], stopper: Stopper) -> None:
    """Wait for all; an interruption that no handler took becomes a wish to stop."""
    pending = set(futures)
    while pending:
        try:
            pending = wait(pending, return_when=FIRST_COMPLETED).not_done
        except KeyboardInterrupt:
            stopper.set()
