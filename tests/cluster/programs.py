"""Runs programs of the machine, and turns their failures into a sentence."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from .errors import ClusterError

__all__ = ["run"]

_LAST_LINES = 12


def run(
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    text: str | None = None,
    log: Path | None = None,
) -> str:
    """Run a program to its end and return what it printed.

    Parameters
    ----------
    text
        What the program reads; nothing else.
    log
        A file that gets the output instead.

    Raises
    ------
    ClusterError
        When the program is missing or fails, with its last lines.
    """
    words = [str(word) for word in command]
    try:
        done = subprocess.run(
            words, env=env, cwd=cwd, input=text or "", text=True, capture_output=True, check=False
        )
    except FileNotFoundError as e:
        raise ClusterError(f"The program {words[0]} is missing.") from e
    if log is not None:
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(done.stdout + done.stderr, encoding="utf-8")
    if done.returncode:
        said = [*done.stdout.splitlines()[-_LAST_LINES:], *done.stderr.splitlines()[-_LAST_LINES:]]
        last = "\n".join(line for line in said if line.strip())
        raise ClusterError(f"`{' '.join(words[:6])} …` ended with {done.returncode}:\n{last}")
    return done.stdout
