"""Files in a user's home, written as the account would to which it belongs."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

__all__ = ["write_as_owner"]


def write_as_owner(home: Path, files: Mapping[str, bytes]) -> None:
    """Write files below a home; folders are made."""
    owner = home.stat()
    for name, content in files.items():
        path = home / name
        folders = [folder for folder in path.parents if folder.is_relative_to(home) and not folder.exists()]
        for folder in reversed(folders):
            folder.mkdir()
            os.chown(folder, owner.st_uid, owner.st_gid)
        path.write_bytes(content)
        os.chown(path, owner.st_uid, owner.st_gid)
