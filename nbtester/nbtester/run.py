"""One run over a collection: find the notebooks, check them, execute them, gather what came of it."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from nbformat import NotebookNode

from .collection.conventions import check_conventions
from .collection.discovery import notebooks_to_run
from .collection.fitness import check_fitness
from .collection.notebook import read_notebook
from .errors import UnreadableNotebookError
from .execution.pool import Event, Listener, NotebookPool
from .execution.stopping import Stopper
from .models import Failure, FailureKind, Finding, NotebookResult, Outcome, RunResult
from .settings import Settings

__all__ = ["check_collection", "executed_folder", "run_collection"]


def check_collection(collection: Path, settings: Settings) -> tuple[Finding, ...]:
    """Check a collection without executing anything.

    Raises
    ------
    CollectionError
        If the collection cannot be read.
    """
    readable, unreadable = _read_all(collection, notebooks_to_run(collection, settings))
    return _findings(collection, settings, readable, unreadable)


def run_collection(
    collection: Path,
    settings: Settings,
    *,
    executed: Path | None = None,
    stopper: Stopper | None = None,
    listener: Listener | None = None,
) -> RunResult:
    """Check and execute the notebooks of a collection.

    Parameters
    ----------
    collection
        The folder with the notebooks; nothing in it is written to.
    settings
        Limits and choices.
    executed
        Folder that takes the notebooks with their outputs; without it they are thrown away.
    stopper
        By which another thread or a signal handler may end the run; the results so far are returned.
    listener
        Told what happens, one call at a time.

    Raises
    ------
    CollectionError
        If the collection cannot be read.
    """
    started, clock = datetime.now(UTC), time.monotonic()
    stopper = stopper or Stopper()
    listener = listener or (lambda _: None)
    readable, unreadable = _read_all(collection, notebooks_to_run(collection, settings))
    findings = _findings(collection, settings, readable, unreadable)
    broken = [_unreadable(path, message) for path, message in unreadable.items()]
    for result in broken:
        listener(Event(result.path, result=result))
    with executed_folder(executed) as folder:
        pool = NotebookPool(collection, settings, executed=folder, stopper=stopper, listener=listener)
        results = sorted([*broken, *pool.run(readable)], key=lambda result: result.path)
    return RunResult(
        collection,
        started,
        time.monotonic() - clock,
        notebooks=tuple(results),
        findings=findings,
        was_stopped=stopper.is_set,
    )


@contextmanager
def executed_folder(wanted: Path | None) -> Iterator[Path]:
    """Give the folder for executed notebooks: the one that is wanted, or one that goes away afterwards."""
    if wanted is not None:
        wanted.mkdir(parents=True, exist_ok=True)
        yield wanted
        return
    with tempfile.TemporaryDirectory(prefix="nbtester-executed-") as folder:
        yield Path(folder)


def _read_all(collection: Path, paths: list[str]) -> tuple[dict[str, NotebookNode], dict[str, str]]:
    readable: dict[str, NotebookNode] = {}
    unreadable: dict[str, str] = {}
    for path in paths:
        try:
            readable[path] = read_notebook(collection / path)
        except UnreadableNotebookError as e:
            unreadable[path] = str(e)
    return readable, unreadable


def _findings(
    collection: Path, settings: Settings, readable: dict[str, NotebookNode], unreadable: dict[str, str]
) -> tuple[Finding, ...]:
    conventions = check_conventions(readable, settings.checks)
    fitness = check_fitness(collection, readable, unreadable, settings.checks)
    return tuple(sorted(fitness + conventions, key=lambda finding: (finding.path, finding.check)))


def _unreadable(path: str, message: str) -> NotebookResult:
    return NotebookResult(path, Outcome.FAILED, failures=(Failure(FailureKind.UNREADABLE, message),))
