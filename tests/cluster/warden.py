"""Takes the cluster down when the process that it was started for dies without doing so."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from .node.box import take_down
from .places import CLONE
from .report import Report

__all__ = ["main", "watched"]


@contextmanager
def watched(owner: int) -> Iterator[None]:
    """Have a process watched by another one, as long as this lasts."""
    warden = subprocess.Popen(
        [sys.executable, "-m", "tests.cluster.warden", str(owner)],
        cwd=CLONE,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield
    finally:
        warden.kill()
        warden.wait()


def main(owner: int) -> None:
    """Wait for a process to end, then clean up behind it."""
    try:
        handle = os.pidfd_open(owner)
    except ProcessLookupError:
        handle = -1
    if handle >= 0:
        select.select([handle], [], [])
    take_down(Report())


if __name__ == "__main__":
    main(int(sys.argv[1]))
