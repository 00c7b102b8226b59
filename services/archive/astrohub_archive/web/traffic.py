"""What was asked and answered so far, by protocol: plain numbers, which whoever watches the archive reads."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from ..engine.usage import Durations

__all__ = ["Traffic"]


@dataclass
class Traffic:
    """Counts requests.

    Parameters
    ----------
    prefix
        Path under which all addresses stand.
    """

    prefix: str
    #: (protocol, HTTP status) -> requests.
    requests: Counter[tuple[str, int]] = field(default_factory=Counter)
    #: Protocol -> bytes of its answers.
    sent_bytes: Counter[str] = field(default_factory=Counter)
    #: The fixed word of an error -> how often it was the answer.
    refusals: Counter[str] = field(default_factory=Counter)
    #: Protocol -> how long its answers took, to the last byte.
    durations: dict[str, Durations] = field(default_factory=dict)

    def count(self, route: str, status: int, size: int, seconds: float, refusal: str | None) -> None:
        """Count one request, by the pattern that its address fitted."""
        protocol = self._protocol(route)
        self.requests[protocol, status] += 1
        self.sent_bytes[protocol] += size
        if protocol not in self.durations:
            self.durations[protocol] = Durations()
        self.durations[protocol].add(seconds)
        if refusal:
            self.refusals[refusal] += 1

    def _protocol(self, route: str) -> str:
        """Return the first word behind the prefix: as many as there are routes, whatever is asked for."""
        # Within a router, the pattern stands without the prefix.
        first, _, rest = route.removeprefix(self.prefix).partition("/")
        word = rest.partition("/")[0]
        return word if not first and word and "{" not in word else "other"
