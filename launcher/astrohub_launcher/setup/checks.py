"""What must hold of folders before anything is made in them."""

from __future__ import annotations

import os
from pathlib import Path

from ..account import can_reach
from ..errors import LauncherError
from ..place import Place

__all__ = ["check_places"]


def check_places(place: Place) -> None:
    """Look whether the account of the parts can reach the folders that it will need.

    Raises
    ------
    LauncherError
        With the folder that it cannot reach, or that we cannot write.
    """
    if not os.access(_nearest(place.data), os.W_OK | os.X_OK):
        raise LauncherError(
            f"The data folder {place.data} cannot be written: choose another one with --data DIR, or mend "
            "its permissions."
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


def _nearest(path: Path) -> Path:
    while not os.path.lexists(path) and path != path.parent:
        path = path.parent
    return path
