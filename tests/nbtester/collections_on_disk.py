"""Small collections of notebooks, written for one test."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

__all__ = ["COMMAND", "conventions", "make_notebook", "nbtester", "result_of", "tagged"]

COMMAND = (sys.executable, "-m", "nbtester")
_next = iter(range(10**6))


def conventions(identifier: str | None = None) -> str:
    """Return a first cell as it should be."""
    name = identifier or f"test-{next(_next)}"
    return (
        f"__nbid__ = {name!r}\n__author__ = 'Ada'\n__version__ = '20261121'\n"
        "__datasets__ = ['none']\n__keywords__ = ['test']"
    )


def tagged(source: str, *tags: str) -> NotebookNode:
    """Make a code cell with tags."""
    cell: NotebookNode = nbformat.v4.new_code_cell(source, metadata={"tags": list(tags)})
    return cell


def make_notebook(path: Path, *cells: str | NotebookNode, kernel: str = "python3", **metadata: Any) -> Path:
    """Write a notebook whose first cell keeps the conventions."""
    notebook = nbformat.v4.new_notebook(
        metadata={"kernelspec": {"name": kernel, "display_name": kernel, "language": "python"}, **metadata}
    )
    notebook.cells = [
        nbformat.v4.new_code_cell(cell) if isinstance(cell, str) else cell for cell in (conventions(), *cells)
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
    return path


def nbtester(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    return subprocess.run([*COMMAND, *map(str, arguments)], capture_output=True, text=True, timeout=200)


def result_of(collection: Path, *arguments: str) -> dict[str, dict[str, Any]]:
    """Run a collection and return what the JSON report says of each notebook, by its path."""
    report = collection.parent / "result.json"
    done = nbtester("run", collection, "--json", report, *arguments)
    assert report.is_file(), done.stdout + done.stderr
    return {notebook["path"]: notebook for notebook in json.loads(report.read_text())["notebooks"]}


def interrupt(process: subprocess.Popen[str]) -> None:
    """Press Ctrl-C."""
    os.kill(process.pid, signal.SIGINT)
