"""A folder with one report for each run, under the run's date: what the collection's page reads."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

from ..models import RunResult
from .html import write_html
from .json_file import write_json

__all__ = ["write_dated"]


def write_dated(result: RunResult, folder: Path, *, cells_of: str = "failed") -> Path:
    """Write a run's page and its JSON, named by its date; a second run of a day gets its time too.

    Returns
    -------
    the JSON file
        It is written last: a run is known by it.
    """
    started = result.started.astimezone(UTC)
    name = f"{started:%Y-%m-%d}"
    if (folder / f"{name}.json").exists():
        name = f"{started:%Y-%m-%dT%H%M%S}"
    write_html(result, folder / f"{name}.html", cells_of=cells_of)
    file = folder / f"{name}.json"
    write_json(result, file)
    return file
