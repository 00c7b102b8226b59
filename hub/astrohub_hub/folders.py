"""Making folders and secret files for another account, without following what that account planted."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path

from .settings import Account

__all__ = ["FolderError", "keep_link", "own_folder", "passage", "remove_file", "write_secret"]


class FolderError(Exception):
    """A folder that cannot be made or is not what it should be; the message names it."""


def passage(folder: Path, account: Account | None, *, listable: bool = False) -> None:
    """Make a folder of the hub's own that the account can pass through, or list, but not change.

    A folder that is there already is left as it is.
    """
    try:
        if not folder.is_dir():
            folder.mkdir(mode=0o700)
            if account:
                folder.chmod(0o755 if listable else 0o711)  # whatever the hub's own umask is
    except OSError as e:
        raise FolderError(f"The folder {folder} cannot be made: {e.strerror}.") from e


def own_folder(folder: Path, account: Account | None) -> None:
    """Make a folder that belongs to the account, in a folder that is there.

    The account may own the parent and may have put anything in the folder's place: nothing is followed, and
    what is there already is taken only if it is a folder of the account's.

    Raises
    ------
    FolderError
        When the folder cannot be made or belongs to somebody else.
    """
    owner = (account.uid, account.gid) if account else (os.geteuid(), os.getegid())
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
    try:
        made = _make(folder)
        opened = os.open(folder, flags)
    except OSError as e:
        raise FolderError(f"The folder {folder} cannot be made: {e.strerror}.") from e
    try:
        if made and account:
            os.fchown(opened, *owner)
        if os.fstat(opened).st_uid != owner[0]:
            raise FolderError(f"The folder {folder} does not belong to the account {owner[0]}.")
    finally:
        os.close(opened)


def keep_link(folder: Path, name: str, target: Path) -> None:
    """Let `name` in a folder of the account's be a link to `target`; anything else there is left alone.

    Raises
    ------
    FolderError
        When the link cannot be made.
    """
    try:
        opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError as e:
        raise FolderError(f"The folder {folder} cannot be opened: {e.strerror}.") from e
    try:
        if _is_link(name, opened):
            if os.readlink(name, dir_fd=opened) == str(target):
                return
            os.unlink(name, dir_fd=opened)
        os.symlink(target, name, dir_fd=opened)
    except FileExistsError:
        return
    except OSError as e:
        raise FolderError(f"The link {folder / name} cannot be made: {e.strerror}.") from e
    finally:
        os.close(opened)


def _is_link(name: str, folder: int) -> bool:
    try:
        return stat.S_ISLNK(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)
    except FileNotFoundError:
        return False


def _make(folder: Path) -> bool:
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        return False
    return True


def write_secret(file: Path, text: str, account: Account | None) -> None:
    """Write a file that only the account can read, under a temporary name first.

    The folder must be the hub's own: the account cannot put a link in the file's place.
    """
    parent = file.parent.stat()
    if parent.st_uid != os.geteuid() or parent.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise FolderError(f"The folder {file.parent} must belong to the hub alone.")
    temporary = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    opened = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(opened, "w", encoding="utf-8") as stream:
            stream.write(text)
            if account:
                os.fchown(stream.fileno(), account.uid, account.gid)
        temporary.replace(file)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def remove_file(file: Path) -> None:
    """Remove a file if it is there."""
    file.unlink(missing_ok=True)
