"""How each notebook stands, from the runs of the tester: its last result, and since when it fails."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from .models import Outcome, Run, Standing, Tested

__all__ = ["standings"]


def standings(runs: Sequence[Run], published: Iterable[str]) -> list[Standing]:
    """Tell of every notebook that is published or was in the last run; what fails comes first.

    Parameters
    ----------
    runs
        Runs of the tester, newest first.
    published
        Paths of the notebooks that readers see.
    """
    seen = set(published)
    tested = {notebook.path for notebook in runs[0].notebooks} if runs else set()
    known = [_standing(path, runs, is_published=path in seen) for path in sorted(seen | tested)]
    return sorted(known, key=lambda one: (one.failing_since is None, one.path))


def _standing(path: str, runs: Sequence[Run], *, is_published: bool) -> Standing:
    results = [(run, found) for run in runs if (found := _result(run, path)) is not None]
    if not results:
        return Standing(path, None, None, None, is_published)
    run, last = results[0]
    return Standing(path, last, run, _failing_since(results), is_published)


def _result(run: Run, path: str) -> Tested | None:
    """Return the result of a notebook in a run; one that was stopped says nothing of it."""
    for notebook in run.notebooks:
        if notebook.path == path and notebook.outcome is not Outcome.STOPPED:
            return notebook
    return None


def _failing_since(results: Sequence[tuple[Run, Tested]]) -> datetime | None:
    since = None
    for run, result in results:
        if result.outcome is not Outcome.FAILED:
            break
        since = run.started
    return since
