"""A notebook as its author wrote it: its cells, its kernel, and what it says about being tested."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from ..errors import UnreadableNotebookError
from ..settings import Tags

__all__ = [
    "Wishes",
    "count_runnable",
    "is_runnable",
    "kernel_name",
    "read_notebook",
    "reason_of_tag",
    "tags_of",
    "wishes_of",
]


@dataclass(frozen=True)
class Wishes:
    """What a notebook says of its own test, in its metadata under `nbtester`."""

    skip: str | None = None
    soft: str | None = None
    timeout_s: float | None = None
    cell_timeout_s: float | None = None


def read_notebook(path: Path) -> NotebookNode:
    """Read a notebook of any format version as version 4.

    Raises
    ------
    UnreadableNotebookError
        If the file is not a notebook.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
            nbformat.validate(notebook)
    except Exception as e:
        said = str(e).strip().splitlines() or [type(e).__name__]
        raise UnreadableNotebookError(f"{path.name} is not a valid notebook: {said[0][:200]}") from e
    if not isinstance(notebook, NotebookNode):
        raise UnreadableNotebookError(f"{path.name} is not a valid notebook: it holds no cells.")
    return notebook


def kernel_name(notebook: NotebookNode) -> str | None:
    """Return the name of the kernel that a notebook asks for."""
    kernelspec = notebook.metadata.get("kernelspec")
    name = kernelspec.get("name") if isinstance(kernelspec, Mapping) else None
    return name if isinstance(name, str) and name else None


def is_runnable(cell: NotebookNode) -> bool:
    """Say whether a cell holds code."""
    return cell.cell_type == "code" and bool(cell.source.strip())


def count_runnable(notebook: NotebookNode) -> int:
    """Count the cells that hold code."""
    return sum(is_runnable(cell) for cell in notebook.cells)


def tags_of(node: NotebookNode) -> list[str]:
    """Return the tags of a cell or of a notebook."""
    tags = node.metadata.get("tags")
    return [tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else []


def reason_of_tag(node: NotebookNode, name: str) -> str | None:
    """Return why a cell carries a tag, or None if it does not.

    A tag has no spaces in JupyterLab, so `nbtester-skip:needs-a-gpu` gives "needs a gpu".
    """
    for tag in tags_of(node):
        bare, _, words = tag.partition(":")
        if bare.strip() == name:
            return words.strip().replace("-", " ").replace("_", " ") or "no reason given"
    return None


def wishes_of(notebook: NotebookNode, tags: Tags) -> Wishes:
    """Read what a notebook as a whole says about its test."""
    said: Any = notebook.metadata.get("nbtester")
    said = said if isinstance(said, Mapping) else {}
    return Wishes(
        skip=_words(said.get("skip")) or reason_of_tag(notebook, tags.skip),
        soft=_words(said.get("soft")) or reason_of_tag(notebook, tags.soft),
        timeout_s=_seconds(said.get("timeoutS")),
        cell_timeout_s=_seconds(said.get("cellTimeoutS")),
    )


def _words(value: Any) -> str | None:
    if value is True:
        return "no reason given"
    return value.strip() or None if isinstance(value, str) else None


def _seconds(value: Any) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and value > 0 else None
