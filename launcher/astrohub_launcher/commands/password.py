"""`password`: a new password for an account."""

from __future__ import annotations

import argparse
import sys

from ..errors import LauncherError
from ..people import set_password
from ..place import locate

__all__ = ["run"]


def run(arguments: argparse.Namespace) -> int:
    """Set a random password and print it, or set the one on standard input and print nothing."""
    place, _ = locate(arguments.data)
    chosen = sys.stdin.readline().rstrip("\r\n") if arguments.stdin else None
    try:
        password = set_password(place.accounts, place.sample_accounts, arguments.user, chosen)
    except PermissionError as e:
        raise LauncherError(f"{place.accounts} belongs to another account: set passwords as that one.") from e
    if chosen is None:
        print(password)
    return 0
