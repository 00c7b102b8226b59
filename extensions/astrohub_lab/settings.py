"""What the environment of a user server says about the archive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .errors import NotConfigured, NoToken

__all__ = ["Settings"]


@dataclass(frozen=True)
class Settings:
    """Where the archive is and where the token lies that opens it.

    Nothing is checked here: a server without an archive starts, and says what is missing when it is asked.

    Parameters
    ----------
    internal_url
        Base address of the platform from inside, without a trailing slash; empty if not told.
    token_file
        File whose only line is the token; None if not told.
    notebooks
        Folder of the notebook collection; None if not told.
    """

    internal_url: str
    token_file: Path | None
    notebooks: Path | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Read ASTROHUB_INTERNAL_URL, ASTROHUB_TOKEN_FILE and ASTROHUB_NOTEBOOKS."""
        notebooks = environment.get("ASTROHUB_NOTEBOOKS")
        token_file = environment.get("ASTROHUB_TOKEN_FILE")
        return cls(
            internal_url=environment.get("ASTROHUB_INTERNAL_URL", "").rstrip("/"),
            token_file=Path(token_file) if token_file else None,
            notebooks=Path(notebooks) if notebooks else None,
        )

    @property
    def tap_sync_url(self) -> str:
        """The address of TAP 1.1's /sync resource (§2)."""
        return f"{self.archive_url}/tap/sync"

    @property
    def archive_url(self) -> str:
        """The address under which all of the archive's protocols lie."""
        if not self.internal_url:
            raise NotConfigured("ASTROHUB_INTERNAL_URL")
        return f"{self.internal_url}/services/archive"

    def token(self) -> str:
        """Read the token anew: the hub rewrites the file whenever the server starts."""
        if self.token_file is None:
            raise NotConfigured("ASTROHUB_TOKEN_FILE")
        try:
            token = self.token_file.read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise NoToken(self.token_file) from error
        if not token:
            raise NoToken(self.token_file)
        return token
