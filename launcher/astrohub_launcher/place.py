"""Where everything lies: clone, data, environments."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from .account import Account, can_reach, service_account
from .errors import LauncherError

__all__ = ["CLONE", "Place", "locate"]

CLONE = Path(__file__).resolve().parents[2]
_ELSEWHERE = Path("/var/lib/astrohub")


@dataclass(frozen=True)
class Place:
    """The folders of one platform.

    Parameters
    ----------
    clone
        The working copy that holds the sources.
    data
        The folder of all that is kept.
    environments
        The folder of the virtual environments and of the proxy's npm packages.
    account
        The account of archive and user servers; None when everything runs as the caller.
    clone_is_shared
        Whether that account can read the clone.
    """

    clone: Path
    data: Path
    environments: Path
    account: Account | None
    clone_is_shared: bool

    @property
    def run(self) -> Path:
        """What the supervisor knows and what it tells the parts."""
        return self.data / "run"

    @property
    def logs(self) -> Path:
        """One log a part."""
        return self.data / "logs"

    @property
    def hub(self) -> Path:
        """What the hub keeps."""
        return self.data / "hub"

    @property
    def archive(self) -> Path:
        """What the archive keeps; belongs to its account."""
        return self.data / "archive"

    @property
    def notebooks(self) -> Path:
        """The published versions of the notebook collection; belongs to the account."""
        return self.data / "notebooks"

    @property
    def collection(self) -> Path:
        """The notebook collection that is published, where the account can read it."""
        return (self.clone if self.clone_is_shared else self.build) / "notebooks-latest"

    @property
    def public(self) -> Path:
        """The published catalogues; read-only for the archive's account."""
        return self.data / "public"

    @property
    def homes(self) -> Path:
        """Users' homes; belong to the account of archive and user servers."""
        return self.data / "vospace" / "home"

    @property
    def public_files(self) -> Path:
        """Files that everybody may read; read-only for that account."""
        return self.data / "vospace" / "public"

    @property
    def build(self) -> Path:
        """Copies of sources that cannot be used where they are."""
        return self.data / "build"

    @property
    def sample_accounts(self) -> Path:
        """Names and passwords of the sample accounts, until the operator deletes the file."""
        return self.data / "sample-accounts"

    @property
    def accounts(self) -> Path:
        """Names and hashed passwords of all local accounts."""
        return self.hub / "accounts.json"

    @property
    def config(self) -> Path:
        """The site's settings, where the parts can read them."""
        if self.clone_is_shared:
            return self.clone / "config" / "local"
        return self.build / "config" / "local"

    def environment(self, name: str) -> Path:
        """Return the folder of one virtual environment."""
        return self.environments / name


def locate(data: str | None) -> tuple[Place, str | None]:
    """Find the folders for `--data DIR` (or none), and a sentence when they are not the usual ones."""
    account = service_account()
    if account is not None and not can_reach(account, []):
        raise LauncherError(
            f"This root cannot start programs as the account {account.uid} (a container without user ids?): "
            "run the command as an ordinary user."
        )
    shared = can_reach(account, [CLONE], [CLONE / "pyproject.toml", CLONE / "launcher" / "pyproject.toml"])
    sentence = None
    if data is not None and not data.strip():
        raise LauncherError("--data is empty: name a folder, such as --data /srv/astrohub.")
    if data is not None:
        folder = Path(data).expanduser().absolute()
    elif shared:
        folder = CLONE / ".astrohub"
    else:
        folder = _ELSEWHERE / f"{CLONE.name}-{hashlib.sha256(os.fsencode(CLONE)).hexdigest()[:8]}"
        sentence = (
            f"The account {account.uid if account else os.getuid()} of archive and user servers cannot read "
            f"{CLONE}; environments and data are put under {folder}."
        )
    if os.path.lexists(folder) and not folder.is_dir():
        raise LauncherError(f"--data {folder} is not a folder: name a folder, or one that can be made.")
    chosen = os.environ.get("ASTROHUB_ENVIRONMENTS")
    environments = Path(chosen).expanduser().absolute() if chosen else folder / "environments"
    return Place(CLONE, folder, environments, account, shared), sentence
