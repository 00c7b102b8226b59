"""How long a start may take: a clock that knows what the server waits for. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from .finding import NO_ROOM, PULLING, SILENT, Finding
from .settings import Settings

__all__ = ["Patience", "patience_of"]


@dataclass
class Patience:
    """Decides when a start is hopeless.

    Waiting for room and for an image has time of its own, so that neither a cluster that grows nor a large
    image uses up what the server itself may take.

    Parameters
    ----------
    start_s
        Seconds that all else may take.
    room_s
        Seconds that finding room may take.
    image_s
        Seconds that fetching images may take.
    """

    start_s: float
    room_s: float
    image_s: float
    _spent: dict[str, float] = field(default_factory=dict)
    _since: dict[str, float] = field(default_factory=dict)
    _last: float | None = None

    @property
    def longest_s(self) -> float:
        """Seconds that a start may take at most."""
        return self.start_s + self.room_s + self.image_s

    def look(self, finding: Finding | None, now: float) -> Finding | None:
        """Take note of what is found at a time, in seconds; return it when it ends the start."""
        kind = finding.reason if finding and finding.reason in (NO_ROOM, PULLING) else ""
        if self._last is not None:
            self._spent[kind] = self._spent.get(kind, 0.0) + now - self._last
        self._last = now
        if finding is None or finding.patience_s is None:
            self._since.clear()
        elif now - self._since.setdefault(finding.reason, now) >= finding.patience_s:
            return finding
        limit = {NO_ROOM: self.room_s, PULLING: self.image_s}.get(kind, self.start_s)
        if self._spent.get(kind, 0.0) < limit:
            return None
        if kind == PULLING and finding:
            what = f"its image was not fetched within {limit:g} s"
            return replace(finding, reason="image_slow", what=what)
        return finding or SILENT


def patience_of(settings: Settings) -> Patience:
    """Return the patience of a site with one start."""
    site = settings.kubernetes
    return Patience(settings.servers.start_timeout_s, site.room_timeout_s, site.image_timeout_s)
