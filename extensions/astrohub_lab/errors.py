"""Every way in which the server part says no: one base class, one sentence each."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path

__all__ = [
    "ArchiveSilent",
    "ArchiveUnreachable",
    "BadRequest",
    "BrokenOff",
    "CannotCopy",
    "LabError",
    "NoNotebook",
    "NoToken",
    "NotConfigured",
    "TokenRefused",
]

_RESTART = "stop your server on the hub's page and start it again"


class LabError(Exception):
    """Something the user is told in one sentence, as a problem document (RFC 9457)."""

    slug = "error"
    status = 500

    def problem(self) -> dict[str, str | int]:
        """Return the members of the problem document."""
        return {
            "type": "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": str(self),
            "slug": self.slug,
        }


class BadRequest(LabError):
    """A request of the page that cannot be understood."""

    slug = "usage"
    status = 400


class NotConfigured(LabError):
    """A user server that was not told where the archive is."""

    slug = "not-configured"
    status = 503

    def __init__(self, variable: str) -> None:
        super().__init__(
            f"This JupyterLab was not told how to reach the archive ({variable} is not set): "
            f"{_RESTART}, and tell the operator if that does not help."
        )


class NoToken(LabError):
    """A token file that is missing, unreadable or empty."""

    slug = "no-token"
    status = 503

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"The token for the archive cannot be read from {path}: {_RESTART}, which writes it anew."
        )


class TokenRefused(LabError):
    """A token that the archive no longer accepts."""

    slug = "token-refused"
    status = 401

    def __init__(self) -> None:
        super().__init__(
            f"The archive no longer accepts the token of this server: {_RESTART}, which brings a new one."
        )


class ArchiveUnreachable(LabError):
    """An archive to which no connection can be made."""

    slug = "unreachable"
    status = 502

    def __init__(self, url: str) -> None:
        super().__init__(
            f"The archive does not answer at {url}: it may be restarting, so try again in a minute."
        )


class ArchiveSilent(LabError):
    """An archive that answers with an error and no sentence."""

    slug = "archive"
    status = 502

    def __init__(self, status: int) -> None:
        super().__init__(
            f"The archive failed without saying why (HTTP {status}): try again, or tell the operator."
        )


class BrokenOff(LabError):
    """An answer of the archive that ended in the middle while it was being saved."""

    slug = "broken-off"
    status = 502

    def __init__(self, what: str) -> None:
        super().__init__(f"The archive's answer broke off, and nothing was saved: {what}")


class NoNotebook(LabError):
    """A notebook that the collection does not hold."""

    slug = "no-notebook"
    status = 404

    def __init__(self, path: str) -> None:
        super().__init__(
            f"The collection has no notebook {path}: refresh the list, it may have been renamed."
        )


class CannotCopy(LabError):
    """A home into which a notebook cannot be written."""

    slug = "cannot-copy"
    status = 507

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name} cannot be copied into your home: {reason}.")
