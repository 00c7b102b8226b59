"""Which Python the environments are made of."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

from .account import Account, can_run
from .errors import LauncherError

__all__ = ["OLDEST", "choose_interpreter", "is_suitable"]

OLDEST = (3, 11)
_NEWEST_KNOWN = 16
_QUESTION = f"import ctypes, sqlite3, ssl, sys; sys.exit(sys.version_info < {OLDEST})"


def choose_interpreter(account: Account | None) -> tuple[Path, str | None]:
    """Return a Python that the parts' account can run, and a sentence when it is not the one that runs us.

    Raises
    ------
    LauncherError
        When there is none.
    """
    own = _own()
    for python in [own, *_others()]:
        if is_suitable(python, account):
            if python == own or account is None:
                return python, None
            return python, (
                f"The account {account.uid} of archive and user servers cannot run {own}; "
                f"{python} is taken instead."
            )
    who = f"that the account {account.uid} can run " if account else ""
    raise LauncherError(
        f"No complete Python {'.'.join(map(str, OLDEST))} or newer {who}was found beside {own} "
        "(ssl, sqlite3 and ctypes are needed): install one outside of home folders, "
        "on Debian with `apt-get install python3`."
    )


def is_suitable(python: Path, account: Account | None) -> bool:
    """Say whether a Python is new and complete enough, and can be run by an account."""
    return can_run(account, python, "-I", "-c", _QUESTION)


def _own() -> Path:
    """Return the Python that runs us, or, in a virtual environment, the one that it was made of."""
    base = getattr(sys, "_base_executable", None) or sys.executable
    return Path(base)


def _others() -> Iterator[Path]:
    yield Path("/usr/bin/python3")
    names = ["python3", *(f"python3.{minor}" for minor in range(_NEWEST_KNOWN, OLDEST[1] - 1, -1))]
    for folder in ["/usr/local/bin", *os.get_exec_path()]:
        for name in names:
            if (candidate := Path(folder, name)).is_file():
                yield candidate.resolve()
