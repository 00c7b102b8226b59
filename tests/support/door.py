"""Running `./astrohub` as a person would."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

__all__ = ["CLONE", "ORDINARY_UID", "as_ordinary_user", "run_door"]

CLONE = Path(__file__).resolve().parents[2]
ORDINARY_UID = 61090


def run_door(
    *words: str | Path,
    clone: Path = CLONE,
    env: Mapping[str, str] | None = None,
    before: tuple[str, ...] = (),
    text: str | None = None,
    timeout_s: float = 400.0,
) -> subprocess.CompletedProcess[str]:
    """Run a command of the launcher to its end.

    Parameters
    ----------
    env
        The whole environment; this process's own unless given.
    before
        Words before the command, such as those of `setpriv`.
    text
        Standard input; nothing when not given.
    """
    command = [*before, str(clone / "astrohub"), *map(str, words)]
    given = {"input": text} if text is not None else {"stdin": subprocess.DEVNULL}
    return subprocess.run(
        command,
        cwd="/",
        env=dict(os.environ if env is None else env),
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
        **given,
    )


def as_ordinary_user() -> tuple[str, ...]:
    """Return the words that run a command under an account without rights and without an entry in passwd."""
    number = str(ORDINARY_UID)
    return ("setpriv", "--reuid", number, "--regid", number, "--clear-groups", "--")
