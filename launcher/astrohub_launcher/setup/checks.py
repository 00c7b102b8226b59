"""What must hold of folders before anything is made in them."""

from __future__ import annotations

import os

from ..account import can_reach, nearest
from ..errors import LauncherError
from ..place import Place

__all__ = ["check_places"]

# Enough for what every start writes; what a set-up needs besides, it says when it is missing.
_LEAST_BYTES = 10_000_000


def check_places(place: Place) -> None:
    """Look whether the account of the parts can reach the folders that it will need.

    Raises
    ------
    LauncherError
        With the folder that it cannot reach, that we cannot write, or that has no room left.
    """
    there = nearest(place.data)
    disk = os.statvfs(there)
    if disk.f_flag & os.ST_RDONLY:
        raise LauncherError(
            f"The data folder {place.data} lies on a read-only file system: choose another with --data."
        )
    if not os.access(there, os.W_OK | os.X_OK):
        raise LauncherError(
            f"The data folder {place.data} cannot be written: choose another one with --data DIR, or mend "
            "its permissions."
        )
    free_bytes = disk.f_bavail * disk.f_frsize
    if disk.f_blocks and free_bytes < _LEAST_BYTES:
        raise LauncherError(
            f"The data folder {place.data} has only {free_bytes / 1e6:.1f} MB left; the disk is full: "
            "free some space, or choose another folder with --data DIR, then run it again."
        )
    if place.account is None:
        return
    for folder in (place.data, place.environments):
        # The folder itself is made, or given its mode, by us; what lies above it is not ours to open.
        if not can_reach(place.account, [folder.parent]):
            raise LauncherError(
                f"The account {place.account.uid}, under which archive and user servers run, cannot enter "
                f"{folder.parent}: choose a folder that everybody may enter, such as --data /srv/astrohub."
            )
