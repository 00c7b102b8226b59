"""Files that are not fit to be published: left by accident, doubled, or not what they seem."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from nbformat import NotebookNode

from ..models import Finding
from ..settings import Checks, Level
from .discovery import is_environment, kept_files

__all__ = ["check_fitness", "has_outputs"]

_UNTITLED = re.compile(r"^untitled\d*\.ipynb$|-copy\d+\.ipynb$", re.IGNORECASE)


def check_fitness(
    collection: Path, notebooks: Mapping[str, NotebookNode], unreadable: Mapping[str, str], checks: Checks
) -> list[Finding]:
    """Look for unfit files in the whole collection, whatever the globs select."""
    files = kept_files(collection)
    found: list[tuple[str, Level, Iterator[tuple[str, str]]]] = [
        ("unreadable", checks.unreadable, iter(unreadable.items())),
        ("untitled", checks.untitled, _untitled(files)),
        ("html-twins", checks.html_twins, _html_twins(files)),
        ("case-twins", checks.case_twins, _case_twins(collection)),
        ("environments", checks.environments, _environments(collection)),
        ("executed-outputs", checks.executed_outputs, _executed(notebooks)),
        ("large-files", checks.large_files, _large(collection, files, checks.large_file_mb)),
    ]
    return [
        Finding(check, level, path, message)
        for check, level, faults in found
        if level != "off"
        for path, message in faults
    ]


def has_outputs(notebook: NotebookNode) -> bool:
    """Say whether a notebook is kept with outputs or execution counts."""
    return any(
        cell.get("outputs") or cell.get("execution_count")
        for cell in notebook.cells
        if cell.cell_type == "code"
    )


def _untitled(files: list[str]) -> Iterator[tuple[str, str]]:
    for path in files:
        if _UNTITLED.search(PurePosixPath(path).name):
            yield path, "Looks left by accident: give it a name that says what it shows, or delete it."


def _html_twins(files: list[str]) -> Iterator[tuple[str, str]]:
    notebooks = {path.removesuffix(".ipynb") for path in files if path.endswith(".ipynb")}
    for path in files:
        stem, dot, suffix = path.rpartition(".")
        if dot and suffix.lower() in {"html", "htm"} and stem in notebooks:
            yield path, f"Is a rendering of {PurePosixPath(stem).name}.ipynb: delete it, it can be made anew."


def _case_twins(collection: Path) -> Iterator[tuple[str, str]]:
    for place, names in _folders(collection):
        spellings: dict[str, list[str]] = defaultdict(list)
        for name in sorted(names):
            spellings[name.casefold()].append(name)
        for first, *others in spellings.values():
            for other in others:
                path = (place / other).relative_to(collection).as_posix()
                yield path, f"Differs from {first} in case only: many disks cannot hold both."


def _environments(collection: Path) -> Iterator[tuple[str, str]]:
    for place, _ in _folders(collection):
        if place != collection and is_environment(place):
            path = place.relative_to(collection).as_posix()
            yield path, "Holds installed packages: delete it and list what is needed in requirements.txt."


def _executed(notebooks: Mapping[str, NotebookNode]) -> Iterator[tuple[str, str]]:
    for path, notebook in notebooks.items():
        if has_outputs(notebook):
            yield path, "Is kept with outputs: clear them before it is committed."


def _large(collection: Path, files: list[str], limit_mb: float) -> Iterator[tuple[str, str]]:
    for path in files:
        size_mb = (collection / path).lstat().st_size / 1e6
        if size_mb > limit_mb:
            yield path, f"Has {size_mb:.0f} MB, more than {limit_mb:g}: keep data outside the collection."


def _folders(collection: Path) -> Iterator[tuple[Path, list[str]]]:
    """Visit all folders; an environment is visited, but not entered."""
    for here, folders, files in os.walk(collection):
        place = Path(here)
        names = folders + files
        if place != collection and is_environment(place):
            folders.clear()
        folders[:] = sorted(name for name in folders if name != ".git")
        yield place, names
