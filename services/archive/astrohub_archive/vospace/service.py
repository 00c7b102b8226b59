"""What the handlers of files work with, and how it is put together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ..identity import Identity
from ..settings import Settings, SettingsError
from ..web.requests import Addresses
from .caretaker import Caretaker
from .files import Files
from .listings import Listings
from .quota import Quota
from .space import Space
from .staging import Staging
from .transfers import Transfers
from .trash import Trash
from .tree import Tree
from .uris import Authority

__all__ = ["Vospace", "build_vospace"]


@dataclass(frozen=True)
class Vospace:
    """The operations on files, and how to tell who asks and from where."""

    identity: Identity
    addresses: Addresses
    listings: Listings
    files: Files
    transfers: Transfers
    authority: Authority
    caretaker: Caretaker
    up_since: datetime


def build_vospace(settings: Settings, identity: Identity, addresses: Addresses) -> Vospace | None:
    """Build what serves files; None when the settings name no folder for them.

    Raises
    ------
    SettingsError
        When the folder is not there.
    """
    if settings.files_dir is None:
        return None
    options = settings.files
    homes = Tree(_homes(settings.files_dir), is_shared=options.shared)
    staging = Staging(homes)
    trash = Trash(homes, keep_s=options.deleted_hours * 3600, limit_bytes=options.quota_bytes)
    quota = Quota(homes, options.quota_bytes)
    space = Space(homes, settings.public_files_dir)
    files = Files(space, staging=staging, trash=trash, quota=quota)
    listings = Listings(space, quota, most=options.entries)
    return Vospace(
        identity=identity,
        addresses=addresses,
        listings=listings,
        files=files,
        transfers=Transfers(listings, files),
        authority=Authority(settings.public_url),
        caretaker=Caretaker(staging, trash),
        up_since=datetime.now(UTC),
    )


def _homes(folder: Path) -> Path:
    homes = folder / "home"
    try:
        homes.mkdir(parents=True, exist_ok=True)
    except OSError as e:
        raise SettingsError(f"The folder of users' files {homes} cannot be made: {e.strerror}.") from e
    return homes
