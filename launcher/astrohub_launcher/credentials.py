"""The tokens by which the parts know each other."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

from .files import read_json, write_json

__all__ = ["Credentials", "keep_credentials", "read_credentials"]

_FILE = "credentials.json"


def _new() -> str:
    return secrets.token_hex(32)


@dataclass(frozen=True)
class Credentials:
    """One secret for each pair that must know each other; never shown."""

    proxy: str = field(default_factory=_new, repr=False)
    archive: str = field(default_factory=_new, repr=False)
    notebooks: str = field(default_factory=_new, repr=False)
    launcher: str = field(default_factory=_new, repr=False)


def read_credentials(run: Path) -> Credentials | None:
    """Return the credentials of a platform that was started before; None when there are none."""
    found = read_json(run / _FILE)
    if not isinstance(found, dict):
        return None
    known = {item.name for item in fields(Credentials)}
    return Credentials(**{name: str(value) for name, value in found.items() if name in known})


def keep_credentials(run: Path) -> Credentials:
    """Return the credentials; make those that are missing and keep them, readable by this account only."""
    credentials = read_credentials(run) or Credentials()
    write_json(run / _FILE, asdict(credentials), mode=0o600)
    return credentials
