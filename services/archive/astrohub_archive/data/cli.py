"""The `data` command: make the sample catalogues, load a site's own, list and remove what is published."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

from ..catalog import load_catalog
from ..errors import ArchiveError
from .listing import as_json, as_text
from .progress import Progress

__all__ = ["add_parser"]

_VERBS = "make, load, list or remove"

Subparsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def add_parser(subparsers: Subparsers) -> None:
    """Add `data` and its verbs.

    Each verb sets `run`, a function of the parsed arguments that returns an exit code.
    """
    data = subparsers.add_parser("data", help="make, load, list and remove the published catalogues")
    data.set_defaults(run=_say_verbs)
    verbs = data.add_subparsers(dest="verb", metavar="VERB")
    parsers = [
        _add_make(verbs),
        _add_load(verbs),
        _add_list(verbs),
        _add_remove(verbs),
    ]
    for verb in parsers:
        verb.add_argument(
            "--public", type=Path, required=True, metavar="DIR", help="the folder of published catalogues"
        )


def _verb(
    verbs: Subparsers, name: str, run: Callable[[argparse.Namespace], int], text: str
) -> argparse.ArgumentParser:
    verb = verbs.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
    verb.set_defaults(run=_guarded(run))
    return verb


def _add_make(verbs: Subparsers) -> argparse.ArgumentParser:
    make = _verb(verbs, "make", _make, "write the sample catalogues, or a large one for benchmarks")
    make.add_argument(
        "--rows", type=int, metavar="N", help="write the simulated table large.object with so many rows"
    )
    return make


def _add_list(verbs: Subparsers) -> argparse.ArgumentParser:
    listing = _verb(verbs, "list", _list, "list the published tables")
    listing.add_argument("--json", action="store_true", help="as JSON, for programs")
    return listing


def _add_load(verbs: Subparsers) -> argparse.ArgumentParser:
    load = _verb(verbs, "load", _load, "publish a catalogue of Parquet, FITS, VOTable, ECSV or CSV files")
    load.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="a file, or a folder of Parquet files"
    )
    load.add_argument("--table", required=True, metavar="SCHEMA.TABLE", help="what it is to be called")
    load.add_argument("--ra", metavar="COL", help="the column of right ascension (ICRS, degrees)")
    load.add_argument("--dec", metavar="COL", help="the column of declination")
    load.add_argument("--no-positions", action="store_true", help="it has none, or they do not matter")
    load.add_argument(
        "--index", action="append", default=[], metavar="COL", help="an identifier to be found fast"
    )
    load.add_argument("--replace", action="store_true", help="replace the table of that name")
    load.add_argument("--skip-without-position", action="store_true", help="leave out rows that have none")
    load.add_argument(
        "--memory-mb", type=int, default=1024, metavar="MB", help="memory that sorting may use (1024)"
    )
    return load


def _add_remove(verbs: Subparsers) -> argparse.ArgumentParser:
    removal = _verb(verbs, "remove", _remove, "remove a table that was loaded")
    removal.add_argument("table", metavar="SCHEMA.TABLE")
    removal.add_argument("--yes", action="store_true", help="do not ask")
    return removal


def _say_verbs(_: argparse.Namespace) -> int:
    return _fail(f"Say what to do with the data: {_VERBS}. For the options of one of them add --help.")


def _guarded(run: Callable[[argparse.Namespace], int]) -> Callable[[argparse.Namespace], int]:
    def guarded(arguments: argparse.Namespace) -> int:
        try:
            with _ended_by_signal():
                return run(arguments)
        except ArchiveError as e:
            return _fail(e.message)
        except KeyboardInterrupt:
            _fail("Stopped; nothing has been changed.")
            return 130

    return guarded


@contextmanager
def _ended_by_signal() -> Iterator[None]:
    """Let a request to end be like Ctrl-C: what is under way clears up after itself."""

    def end(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _make(arguments: argparse.Namespace) -> int:
    # Making data needs packages (astropy, the catalogues) that listing them does not.
    if arguments.rows is not None:
        return _make_large(arguments.public, arguments.rows)
    from .make import make_samples

    make_samples(arguments.public, _say_step)
    return 0


def _make_large(public: Path, rows: int) -> int:
    from .large import TABLE, make_large

    os.umask(0o022)
    progress = Progress()
    try:
        made = make_large(public, rows, progress)
    finally:
        progress.close()
    print(f"{TABLE} {'is made' if made else 'is there already'}: {rows:,} rows, simulated.")
    return 0


def _say_step(step: str, done: int, total: int) -> None:
    print(f"progress {step} {done}/{total}", flush=True)


def _load(arguments: argparse.Namespace) -> int:
    from .large import TABLE
    from .loading import LoadRequest, TableName, load_table
    from .samples import SAMPLES

    request = LoadRequest(
        files=tuple(arguments.files),
        table=TableName.parse(arguments.table, taken=[TABLE.schema, *(one.schema for one in SAMPLES)]),
        ra=arguments.ra,
        dec=arguments.dec,
        positions=not arguments.no_positions,
        indexes=tuple(arguments.index),
        replace=arguments.replace,
        skip_without_position=arguments.skip_without_position,
        memory_mb=arguments.memory_mb,
    )
    if not request.positions and (request.ra or request.dec or request.indexes):
        return _fail(
            "--no-positions goes with none of --ra, --dec and --index: "
            "only tables with positions have indexes."
        )
    os.umask(0o022)
    progress = Progress()
    try:
        loaded = load_table(request, arguments.public, progress)
    finally:
        progress.close()
    print("\n".join(loaded.lines()))
    return 0


def _list(arguments: argparse.Namespace) -> int:
    catalog = load_catalog(arguments.public)
    print(as_json(catalog) if arguments.json else as_text(catalog))
    return 0


def _remove(arguments: argparse.Namespace) -> int:
    from .loading import TableName, remove_table
    from .samples import SAMPLES

    name = TableName.parse(arguments.table, taken=(sample.schema for sample in SAMPLES))
    if not arguments.yes and not _agreed(f"Remove {name} with all its rows? Type yes: "):
        return _fail(f"{name} has not been removed.")
    remove_table(arguments.public, name)
    print(f"{name} is removed.")
    return 0


def _agreed(question: str) -> bool:
    try:
        return input(question).strip().lower() == "yes"
    except EOFError:
        return False


def _fail(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1
