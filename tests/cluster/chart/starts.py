"""One start of a server, watched as the start page does, with the time at which each thing is told."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import requests

from ..report import Report
from .site import PATIENCE_S, Lab

__all__ = ["Start", "ask"]

#: What the hub answers to somebody who asks again.
_RUNS = "already running"


@dataclass
class Start:
    """What somebody who asked for a server was told.

    Parameters
    ----------
    refused
        What the API answered where it refused at once.
    told
        Seconds since the request, and what the page then showed, in order.
    seconds
        When it was over.
    failed
        The cause, if it failed.
    """

    refused: str = ""
    told: list[tuple[float, str]] = field(default_factory=list)
    seconds: float = 0.0
    failed: str = ""

    def when(self, words: str) -> float:
        """Return the second at which some words were first told."""
        found = [seconds for seconds, message in self.told if words in message]
        assert found, f"{words!r} was never told, but: {self.told}"
        return found[0]


def ask(lab: Lab, profile: str) -> Start:
    """Ask for a server of some kind and follow what is told until it is there or given up."""
    start, began = Start(), time.monotonic()
    http, base = lab.browser.http, f"{lab.browser.url}/hub/api/users/{lab.name}/server"
    start.refused = start.failed = _refusal(lab, base, profile)
    if not start.refused:
        for event in _events(http, f"{base}/progress", lab.browser._headers):
            start.told.append((time.monotonic() - began, str(event.get("message", ""))))
            if event.get("failed"):
                start.failed = str(event["message"])
    start.seconds = time.monotonic() - began
    Report().say(f"A start of {profile}: {start.seconds:.1f} s: {start.failed or 'ready'}")
    return start


def _refusal(lab: Lab, url: str, profile: str) -> str:
    """Ask for a server, once more where the answer is lost; return why that is refused, if it is."""

    def send() -> requests.Response:
        asked = {"profile": profile}
        return lab.browser.http.post(url, json=asked, headers=lab.browser._headers, timeout=PATIENCE_S)

    try:
        answer = send()
    except requests.ConnectionError:
        answer = send()
        if _RUNS in answer.text:  # It came through although its answer did not.
            return ""
    if answer.status_code < requests.codes.bad_request:
        return ""
    return str(answer.json().get("message", answer.text))


def _events(http: requests.Session, url: str, headers: dict[str, str]) -> Iterator[dict[str, Any]]:
    with http.get(url, headers=headers, stream=True, timeout=PATIENCE_S) as answer:
        for line in answer.iter_lines(chunk_size=1, decode_unicode=True):
            if line.startswith("data: "):
                yield json.loads(line.removeprefix("data: "))
