"""`astrohub-admin homes`, run in the hub's pod: the work is done by pods that see the homes."""

from __future__ import annotations

import argparse
import sys

__all__ = ["add_homes"]

_CANNOT = 2


def add_homes(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Let `homes` be one of the commands."""
    homes = commands.add_parser(
        "homes",
        help="remove somebody's home, or bring it back",
        description="Remove homes and bring them back. Run it in the hub's pod: "
        "`kubectl exec deployment/hub -- astrohub-admin homes …`. "
        "Exit status: 0 done, 1 refused, 2 the cluster did not let us, or not to the end.",
    )
    homes.add_argument("--claim", default="", help="the volume of all homes; as the hub's settings say")
    homes.add_argument("--folder", default="", help="the folder of all homes on the volume of --claim")
    below = homes.add_subparsers(required=True, metavar="COMMAND", dest="what")
    said = "show a home; move it aside where that is asked for"
    delete = below.add_parser("delete", help=said, allow_abbrev=False)
    delete.add_argument("user", metavar="NAME", help="whose home")
    delete.add_argument(
        "--yes-delete-the-home-of", metavar="NAME", default="", dest="confirmed", help="the same name again"
    )
    delete.add_argument(
        "--keep-days", type=_days, default=30, metavar="DAYS", help="how long it can be brought back (30)"
    )
    restore = below.add_parser("restore", help="bring back a home that was moved aside")
    restore.add_argument("user", metavar="NAME", help="whose home")
    restore.add_argument(
        "--kept-until", type=int, metavar="SECONDS", help="which one, where several are kept; you are told"
    )
    below.add_parser("list", help="show what was moved aside, and until when it is kept")
    purge = below.add_parser("purge", help="delete for good what has been kept long enough")
    purge.add_argument(
        "--within", type=_seconds, metavar="SECONDS", help="end after this time; the next purge goes on"
    )
    homes.set_defaults(do=_homes)


def _days(text: str) -> int:
    days = int(text)
    if not 0 <= days <= 3650:
        raise argparse.ArgumentTypeError("give days from 0 to 3650")
    return days


def _seconds(text: str) -> int:
    seconds = int(text)
    if seconds < 1:
        raise argparse.ArgumentTypeError("give seconds from 1")
    return seconds


def _homes(parsed: argparse.Namespace) -> int:
    from .removal import Unwilling
    from .site import CannotReach, done  # needs what only the hub's image has, and is slow

    try:
        sys.stdout.write(done(parsed) + "\n")
    except Unwilling as e:
        sys.stderr.write(f"{e}\n")
        return 1
    except CannotReach as e:
        sys.stderr.write(f"Not done, or not all of it: {e}\nWhat is moved aside: astrohub-admin homes list\n")
        return _CANNOT
    return 0
