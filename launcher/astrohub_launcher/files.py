"""Files that appear whole, with a mode and an owner."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from pathlib import Path
from typing import Any

from .account import Account

__all__ = ["make_folder", "read_json", "write_json", "write_whole"]


def write_whole(path: Path, text: str, *, mode: int = 0o600, owner: Account | None = None) -> None:
    """Write a file under another name and rename it, so that nobody reads half of it.

    The mode holds from the first byte on; the owner is this process's account unless given.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            if owner is not None:
                os.fchown(file.fileno(), owner.uid, owner.gid)
            os.fchmod(file.fileno(), mode)
        draft.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            draft.unlink()
        raise


def write_json(path: Path, content: Any, *, mode: int = 0o600, owner: Account | None = None) -> None:
    """Write a JSON file whole."""
    write_whole(path, json.dumps(content, indent=2) + "\n", mode=mode, owner=owner)


def read_json(path: Path) -> Any:
    """Read a JSON file; None when it is not there or was cut off."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError, json.JSONDecodeError):
        return None


def make_folder(path: Path, *, mode: int, owner: Account | None = None) -> None:
    """Make a folder with exactly this mode and owner, and those above it as needed."""
    path.mkdir(parents=True, exist_ok=True)
    status = path.stat()
    if status.st_uid != os.getuid() and os.getuid() != 0:
        return
    if owner is not None and (status.st_uid, status.st_gid) != (owner.uid, owner.gid):
        os.chown(path, owner.uid, owner.gid)
    if status.st_mode & 0o7777 != mode:
        path.chmod(mode)
