"""The names of the scopes that astrohub adds to JupyterHub's, and who holds them."""

from __future__ import annotations

__all__ = ["ARCHIVE_ACCESS", "CUSTOM_SCOPES", "LAUNCHER_SCOPES", "USER_SCOPES"]

ARCHIVE_ACCESS = "access:services!service=archive"

CUSTOM_SCOPES: dict[str, str] = {
    "custom:archive:read": "Read in the archive what you may read",
    "custom:archive:write": "Write your own tables in the archive",
    "custom:files:read": "Read your files",
    "custom:files:write": "Write your files",
    "custom:notebooks:publish": "Publish notebooks",
}

USER_SCOPES: tuple[str, ...] = (
    "custom:archive:read",
    "custom:archive:write",
    "custom:files:read",
    "custom:files:write",
    ARCHIVE_ACCESS,
)

LAUNCHER_SCOPES: tuple[str, ...] = (
    "tokens",
    "list:users",
    "read:users",
    "read:servers",
    "list:services",
    "read:services",
    "proxy",
)
