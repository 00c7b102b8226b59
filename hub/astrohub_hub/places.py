"""Where the hub's and a user's folders and files are. Pure: nothing here touches the disk."""

from __future__ import annotations

import re
from pathlib import Path

from .settings import Settings

__all__ = [
    "accounts_file",
    "folder_name",
    "home",
    "log_file",
    "runtime_folder",
    "server_folder",
    "server_folder_name",
    "token_file",
]

_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


def folder_name(name: str) -> str:
    """Turn any name into one that is safe as a single folder, and different for different names.

    Letters, digits, `-`, `_` and `.` stay (a leading `.` or `-` does not); every other byte becomes `~` and
    two hexadecimal digits.

    Raises
    ------
    ValueError
        When the name is empty.
    """
    if not name:
        raise ValueError("A folder needs a name.")
    if _PLAIN.fullmatch(name):
        return name
    first, rest = name[0], name[1:]
    return _escape(first, keep="_") + _escape(rest, keep="_.-")


def _escape(text: str, keep: str) -> str:
    return "".join(
        character
        if character.isascii() and (character.isalnum() or character in keep)
        else "".join(f"~{byte:02x}" for byte in character.encode())
        for character in text
    )


def server_folder_name(server: str) -> str:
    """Name the folder of a server; the unnamed one is `default`, which no named one can take."""
    if not server:
        return "default"
    return "~64efault" if server == "default" else folder_name(server)


def accounts_file(settings: Settings) -> Path:
    """Where names and hashed passwords are kept."""
    return settings.accounts.file or settings.data / "hub" / "accounts.json"


def home(settings: Settings, user: str) -> Path:
    """The root folder of a user's servers: the VOSpace container `/home/<user>`."""
    return settings.data / "vospace" / "home" / folder_name(user)


def server_folder(settings: Settings, user: str, server: str = "") -> Path:
    """What belongs to one server and is no file of its user: token, connection files."""
    return settings.data / "servers" / folder_name(user) / server_folder_name(server)


def token_file(settings: Settings, user: str, server: str = "") -> Path:
    """Where a server finds its token."""
    return server_folder(settings, user, server) / "token"


def runtime_folder(settings: Settings, user: str, server: str = "") -> Path:
    """Where a server keeps kernels' connection files and its cookie secret."""
    return server_folder(settings, user, server) / "runtime"


def log_file(settings: Settings, user: str, server: str = "") -> Path:
    """Where what a server says is written."""
    suffix = f"+{server_folder_name(server)}" if server else ""
    return settings.data / "logs" / "servers" / f"{folder_name(user)}{suffix}.log"
