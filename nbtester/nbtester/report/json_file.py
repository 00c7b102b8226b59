"""A run as JSON, for programs: the morning mail, the collection's page, a comparison with yesterday."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ..models import Failure, NotebookResult, Outcome, RunResult
from .files import replace_file

__all__ = ["FORMAT", "result_as_dict", "write_json"]

#: Raised when a key changes its meaning or goes away.
FORMAT = 1


def write_json(result: RunResult, file: Path) -> None:
    """Write the file."""
    text = json.dumps(result_as_dict(result), indent=2, ensure_ascii=False)
    with replace_file(file) as target:
        target.write(text.encode("utf-8", errors="replace") + b"\n")


def result_as_dict(result: RunResult) -> dict[str, Any]:
    """Turn a run into plain values, with keys in camel case."""
    return {
        "format": FORMAT,
        "collection": result.collection.name,
        "started": result.started.isoformat(timespec="seconds"),
        "wallS": round(result.wall_s, 3),
        "wasStopped": result.was_stopped,
        "hasFailed": result.has_failed,
        "counts": {outcome.value: result.counts[outcome] for outcome in Outcome},
        "notebooks": [_notebook(notebook) for notebook in result.notebooks],
        "findings": [
            {
                "check": finding.check,
                "level": finding.level,
                "path": finding.path,
                "message": finding.message,
            }
            for finding in result.findings
        ],
    }


def _notebook(notebook: NotebookResult) -> dict[str, Any]:
    return {
        "path": notebook.path,
        "outcome": notebook.outcome.value,
        "reason": notebook.reason,
        "kernel": notebook.kernel,
        "wallS": round(notebook.wall_s, 3),
        "peakMemoryBytes": notebook.peak_memory_bytes,
        "attempts": notebook.attempts,
        "isFlaky": notebook.is_flaky,
        "cells": notebook.cells,
        "cellsRun": notebook.cells_run,
        "outputCut": notebook.output_cut,
        "skippedCells": [{"cell": cell.cell, "reason": cell.reason} for cell in notebook.skipped_cells],
        "failures": [_failure(failure) for failure in notebook.failures],
    }


def _failure(failure: Failure) -> dict[str, Any]:
    return {
        "kind": failure.kind.value,
        "message": failure.message,
        "cell": failure.cell,
        "source": failure.source,
        "traceback": failure.traceback,
        "soft": failure.soft,
    }
