"""The `data` command: make the sample catalogues, list what is published."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[[argparse.Namespace], int]

__all__ = ["add_parser"]


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `data` and its verbs; each sets `run`, a function of the parsed arguments that returns an exit code."""
    data = subparsers.add_parser("data", help="make and list the published catalogues")
    data.set_defaults(run=_unfinished)


def _unfinished(_: argparse.Namespace) -> int:
    raise NotImplementedError
