"""`data`: make, load and list catalogues; the archive's own command does it."""

from __future__ import annotations

import argparse
import subprocess

from ..place import locate
from ..setup.checks import check_places
from ..setup.plan import prepare_data_command
from ..terminal import Terminal
from ..variables import for_parts

__all__ = ["run"]


def run(arguments: argparse.Namespace) -> int:
    """Hand the words on to `astrohub-archive data`, with this platform's folder of public data."""
    place, _ = locate(arguments.data)
    check_places(place)
    prepare_data_command(place, Terminal(to_errors=True))
    programs = place.environment("archive") / "bin"
    words = [programs / "astrohub-archive", "data", *arguments.words, "--public", place.public]
    return subprocess.run(words, env=for_parts(programs), check=False).returncode
