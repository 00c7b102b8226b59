"""Points in time as DALI 1.1 (§3.3.3) writes them: UTC, ISO 8601, with or without the Z."""

from __future__ import annotations

from datetime import UTC, datetime

from ..errors import UsageError
from .parameters import shortened

__all__ = ["parse_timestamp", "timestamp"]


def timestamp(moment: datetime) -> str:
    """Return `YYYY-MM-DDThh:mm:ss.sssZ`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_timestamp(text: str, *, name: str) -> datetime:
    """Read a point in time; without a zone it is UTC.

    Raises
    ------
    UsageError
        When the text is not one; `name` says of what.
    """
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(
            f"{name} must be a time such as 2026-01-31T12:00:00Z, not {shortened(text)!r}."
        ) from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
