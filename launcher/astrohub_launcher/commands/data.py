"""`data`: make, load, list and remove catalogues; the archive's own command does it."""

from __future__ import annotations

import argparse
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

from ..errors import LauncherError
from ..place import locate
from ..setup.checks import check_places
from ..setup.plan import prepare_data_command
from ..terminal import Terminal
from ..variables import for_parts

__all__ = ["run"]

_VERBS = ("make", "load", "list", "remove")
_HELP = ("-h", "--help")


def run(arguments: argparse.Namespace) -> int:
    """Hand the words on to `astrohub-archive data`, with this platform's folder of public data."""
    words = _take_folder(arguments)
    if not words or words[0] not in (*_VERBS, *_HELP):
        said = f"`data {words[0]}` is not known" if words else "`data` needs to be told what to do"
        raise LauncherError(
            f"{said}: ./astrohub data make | load FILE --table SCHEMA.TABLE | list | remove SCHEMA.TABLE; "
            "with --help after one of these, it tells its options."
        )
    place, _ = locate(arguments.data)
    check_places(place)
    prepare_data_command(place, Terminal(to_errors=True))
    programs = place.environment("archive") / "bin"
    target = () if words[0] in _HELP else ("--public", place.public)
    return _run([programs / "astrohub-archive", "data", *words, *target], for_parts(programs))


def _take_folder(arguments: argparse.Namespace) -> list[str]:
    """Take `--data DIR` from among the words: it is ours wherever it stands."""
    words = list(arguments.words)
    for number, word in enumerate(words):
        if word == "--data" and number + 1 < len(words):
            arguments.data = words[number + 1]
            return words[:number] + words[number + 2 :]
        if word.startswith("--data="):
            arguments.data = word.removeprefix("--data=")
            return words[:number] + words[number + 1 :]
    return words


def _run(command: Sequence[str | Path], variables: dict[str, str]) -> int:
    """Run the command; told to stop, it gets its time to clear up."""
    with subprocess.Popen(command, env=variables) as process:
        # Ctrl-C reaches both of us; who is asked otherwise passes it on.
        before = signal.signal(signal.SIGINT, lambda *_: None)
        former = signal.signal(signal.SIGTERM, lambda *_: process.terminate())
        try:
            return process.wait()
        finally:
            signal.signal(signal.SIGINT, before)
            signal.signal(signal.SIGTERM, former)
