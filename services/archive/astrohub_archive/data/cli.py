"""The `data` command: make the sample catalogues, list what is published."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ..catalog import load_catalog
from ..errors import CatalogError
from .listing import as_json, as_text

__all__ = ["add_parser"]


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `data` and its verbs.

    Each verb sets `run`, a function of the parsed arguments that returns an exit code.
    """
    data = subparsers.add_parser("data", help="make and list the published catalogues")
    verbs = data.add_subparsers(dest="verb", metavar="VERB", required=True)
    make = verbs.add_parser("make", help="write the sample catalogues")
    make.set_defaults(run=_make)
    listing = verbs.add_parser("list", help="list the published tables")
    listing.add_argument("--json", action="store_true", help="as JSON, for programs")
    listing.set_defaults(run=_list)
    for verb in (make, listing):
        verb.add_argument(
            "--public", type=Path, required=True, metavar="DIR", help="the folder of published catalogues"
        )


def _make(arguments: argparse.Namespace) -> int:
    # Making data needs packages (astropy, the catalogues) that listing them does not.
    from .make import make_samples

    try:
        make_samples(arguments.public, _say_progress)
    except CatalogError as e:
        return _fail(e)
    return 0


def _say_progress(step: str, done: int, total: int) -> None:
    print(f"progress {step} {done}/{total}", flush=True)


def _list(arguments: argparse.Namespace) -> int:
    try:
        catalog = load_catalog(arguments.public)
    except CatalogError as e:
        return _fail(e)
    print(as_json(catalog) if arguments.json else as_text(catalog))
    return 0


def _fail(error: CatalogError) -> int:
    print(error.message, file=sys.stderr)
    return 1
