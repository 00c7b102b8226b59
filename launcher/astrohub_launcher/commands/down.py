"""`down`: stop the platform."""

from __future__ import annotations

import argparse

from ..place import locate
from ..supervision.ending import end_platform
from ..terminal import Terminal

__all__ = ["run"]


def run(arguments: argparse.Namespace) -> int:
    """Stop proxy, hub, archive and user servers; nothing to stop is no fault."""
    place, _ = locate(arguments.data)
    terminal = Terminal()
    ran = end_platform(place.run)
    terminal.say(f"Stopped after {terminal.elapsed():.1f} s." if ran else "astrohub is not running.")
    return 0
