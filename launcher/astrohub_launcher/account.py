"""As whom the parts run, and what that account can reach."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

__all__ = ["SERVICE_ACCOUNT", "Account", "can_reach", "can_run", "service_account"]


@dataclass(frozen=True)
class Account:
    """A numeric account of the operating system; it needs no entry in the list of users."""

    uid: int
    gid: int


SERVICE_ACCOUNT = Account(uid=61080, gid=61080)


def service_account() -> Account | None:
    """Return the account of archive and user servers: one without rights for root, else one's own (None)."""
    return SERVICE_ACCOUNT if os.getuid() == 0 else None


def can_reach(account: Account | None, folders: Iterable[Path], files: Iterable[Path] = ()) -> bool:
    """Say whether an account can enter folders and read files.

    A folder that does not exist yet counts by the nearest one above it.
    """
    entered = [_nearest(folder) for folder in folders]
    read = list(files)

    def test() -> bool:
        return all(os.access(folder, os.X_OK) for folder in entered) and all(
            os.access(file, os.R_OK) for file in read
        )

    return _as_account(account, test)


def can_run(account: Account | None, program: Path, *arguments: str) -> bool:
    """Say whether an account can run a program, and whether the program ends well."""
    identity: dict[str, object] = {}
    if account is not None:
        identity = {"user": account.uid, "group": account.gid, "extra_groups": []}
    try:
        result = subprocess.run(  # type: ignore[call-overload]
            [program, *arguments],
            cwd="/",
            env={"PATH": os.defpath},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=20,
            check=False,
            **identity,
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return bool(result.returncode == 0)


def _nearest(path: Path) -> Path:
    """Return the path itself, or the nearest folder above it that exists."""
    while not os.path.lexists(path) and path != path.parent:
        path = path.parent
    return path


def _as_account(account: Account | None, test: Callable[[], bool]) -> bool:
    """Ask a question in a child process that has become the account."""
    if account is None:
        return test()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(account.gid)
            os.setuid(account.uid)
            os._exit(0 if test() else 1)
        finally:
            os._exit(2)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
