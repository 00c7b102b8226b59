"""The command line: run, check or list a collection of notebooks."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from .collection.discovery import notebooks_to_run
from .errors import TesterError
from .execution.stopping import Stopper
from .models import RunResult
from .report.dated import write_dated
from .report.html import write_html
from .report.json_file import write_json
from .report.junit import write_junit
from .report.terminal import Progress, print_findings, print_summary
from .run import check_collection, executed_folder, run_collection
from .settings import Settings, load_settings

__all__ = ["main"]

PASSED, FAILED, USAGE, NOTHING, STOPPED = 0, 1, 2, 3, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the arguments say and return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        settings = load_settings(options.config or (), _overrides(options))
        code: int = options.do(options, settings)
    except TesterError as e:
        print(f"nbtester: {e}", file=sys.stderr)
        return USAGE
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    return code


def _run(options: argparse.Namespace, settings: Settings) -> int:
    total = len(notebooks_to_run(options.collection, settings))
    progress = Progress(sys.stdout, total)
    stopper = Stopper()
    with _signals(stopper), executed_folder(options.executed) as folder:
        result = run_collection(
            options.collection, settings, executed=folder, stopper=stopper, listener=progress
        )
        progress.close()
        _report(options, result)
    print_summary(result, sys.stdout)
    if result.was_stopped:
        return STOPPED
    if result.has_failed:
        return FAILED
    return PASSED if total else _nothing(options.collection)


def _check(options: argparse.Namespace, settings: Settings) -> int:
    findings = check_collection(options.collection, settings)
    print_findings(findings, sys.stdout)
    print(f"{len(findings)} finding{'' if len(findings) == 1 else 's'}")
    return FAILED if any(finding.level == "fail" for finding in findings) else PASSED


def _list(options: argparse.Namespace, settings: Settings) -> int:
    paths = notebooks_to_run(options.collection, settings)
    for path in paths:
        print(path)
    return PASSED if paths else _nothing(options.collection)


def _nothing(collection: Path) -> int:
    print(f"nbtester: no notebook in {collection} matches; see --include and --exclude.", file=sys.stderr)
    return NOTHING


def _report(options: argparse.Namespace, result: RunResult) -> None:
    if options.junit:
        write_junit(result, options.junit)
    if options.json:
        write_json(result, options.json)
    if options.html:
        write_html(result, options.html, cells_of=options.cells)
    if options.results:
        write_dated(result, options.results, cells_of=options.cells)


@contextmanager
def _signals(stopper: Stopper) -> Iterator[None]:
    """Turn the first Ctrl-C or termination into a wish to stop; the second ends the program at once."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        if stopper.is_set:
            raise KeyboardInterrupt
        stopper.set()
        sys.stderr.write("\nStopping; the results so far are kept.\n")

    former = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


def _overrides(options: argparse.Namespace) -> dict[str, Any]:
    """Turn the options that were given into keys of the settings."""
    keys = {
        "include": "include",
        "exclude": "exclude",
        "jobs": "jobs",
        "timeout": "timeoutS",
        "cell_timeout": "cellTimeoutS",
        "retries": "retries",
        "memory_limit": "memoryLimitMb",
        "kernel": "kernel",
    }
    given = {key: getattr(options, name, None) for name, key in keys.items()}
    overrides: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
    if getattr(options, "no_outputs", False):
        overrides["checks"] = {"executedOutputs": "fail"}
    return overrides


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="nbtester",
        description="Run a collection of notebooks and tell which are broken, where, and why.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    chosen = _chosen()
    run = commands.add_parser("run", parents=[chosen], help="check and execute the notebooks")
    run.set_defaults(do=_run)
    run.add_argument(
        "--jobs", type=int, metavar="N", help="notebooks at the same time (default: one per core)"
    )
    run.add_argument("--timeout", type=float, metavar="S", help="seconds that a notebook may run")
    run.add_argument("--cell-timeout", type=float, metavar="S", help="seconds that a cell may run")
    run.add_argument("--retries", type=int, metavar="N", help="further attempts at a failed notebook")
    run.add_argument("--memory-limit", type=int, metavar="MB", help="memory that a kernel may use")
    run.add_argument("--kernel", metavar="NAME", help="kernel to use in place of the one a notebook names")
    run.add_argument("--junit", type=Path, metavar="FILE", help="write JUnit XML")
    run.add_argument("--json", type=Path, metavar="FILE", help="write JSON")
    run.add_argument("--html", type=Path, metavar="FILE", help="write a report for a browser")
    run.add_argument(
        "--results", type=Path, metavar="DIR", help="write page and JSON there, under the run's date"
    )
    run.add_argument(
        "--cells",
        choices=("failed", "all", "none"),
        default="failed",
        help="whose cells the HTML report shows (default: failed)",
    )
    run.add_argument(
        "--executed", type=Path, metavar="DIR", help="keep the notebooks with their outputs here"
    )
    commands.add_parser("check", parents=[chosen], help="check, execute nothing").set_defaults(do=_check)
    commands.add_parser("list", parents=[chosen], help="say which notebooks would run").set_defaults(do=_list)
    return parser


def _chosen() -> argparse.ArgumentParser:
    """Make the part that all commands share: which collection, which settings."""
    chosen = argparse.ArgumentParser(add_help=False)
    chosen.add_argument(
        "collection",
        type=Path,
        nargs="?",
        default=Path(),
        help="folder with the notebooks (default: this one)",
    )
    chosen.add_argument(
        "--config", type=Path, action="append", metavar="FILE", help="settings file; may be repeated"
    )
    chosen.add_argument(
        "--include", action="append", metavar="GLOB", help="notebooks to run; may be repeated"
    )
    chosen.add_argument(
        "--exclude", action="append", metavar="GLOB", help="what to leave out; may be repeated"
    )
    chosen.add_argument("--no-outputs", action="store_true", help="notebooks kept with outputs are a failure")
    return chosen
