"""A client that asks many times a second whether something answers, and says for how long it did not."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field

import requests
import websocket

from ...support.waiting import until
from ..report import Report

__all__ = ["Outage", "log_in", "watched"]

_LOOK_S = 0.1
#: What was sent to a pod that has just gone may hang for seconds; who reloads the page does not wait for it.
#: It is twice as long as answers take, if that is more: else a slow machine would be asked ever more at once.
#: But one look that hangs must not be told as a long outage.
_IMPATIENT_S, _PATIENT_S = 0.5, 5.0
_AT_ONCE = 16
_BACK_S = 600
_FAULTS = (requests.RequestException, websocket.WebSocketException, OSError, AssertionError)


@dataclass
class Outage:
    """When something did not answer, in seconds since the watch began.

    Parameters
    ----------
    what
        What is watched.
    looks
        Each look: when it began, and whether there was an answer.
    slowest_s
        How long an answer took at most.
    """

    what: str
    looks: list[tuple[float, bool]] = field(default_factory=list)
    slowest_s: float = 0.0

    @property
    def lasted_s(self) -> float:
        """From the first look without an answer to the next one with one, at its longest; 0 if all answered.

        What was still asked when the watch ended does not count.
        """
        longest, since = 0.0, None
        for when, answer in sorted(self.looks):
            if answer and since is not None:
                longest, since = max(longest, when - since), None
            elif not answer and since is None:
                since = when
        return longest

    def answers_since(self, when: float) -> bool:
        """Whether the last look answered, and began after a moment."""
        last, answered = max(self.looks, default=(0.0, False))
        return answered and last > when


@contextmanager
def watched(**asked: Callable[[], object]) -> Iterator[dict[str, Outage]]:
    """Watch things at once, each by a question that fails or not; at the end wait until all of them answer.

    A question that hangs does not keep the next one from being asked.

    Yields
    ------
    dict
        By name, what was seen; complete when the context has ended.
    """
    outages = {what: Outage(what) for what in asked}
    done, began = threading.Event(), time.monotonic()

    def look(outage: Outage, ask: Callable[[], object]) -> None:
        when = time.monotonic() - began
        try:
            ask()
            outage.slowest_s = max(outage.slowest_s, time.monotonic() - began - when)
            outage.looks.append((when, True))
        except _FAULTS:
            outage.looks.append((when, False))

    def watch(outage: Outage, ask: Callable[[], object]) -> None:
        with ThreadPoolExecutor(_AT_ONCE) as looking:
            while not done.is_set():
                patience_s = min(max(_IMPATIENT_S, 2 * outage.slowest_s), _PATIENT_S)
                wait([looking.submit(look, outage, ask)], timeout=patience_s)
                done.wait(_LOOK_S)

    threads = [threading.Thread(target=watch, args=(outages[what], ask)) for what, ask in asked.items()]
    for thread in threads:
        thread.start()

    def all_answer_since(when: float) -> bool:
        return all(outage.answers_since(when) for outage in outages.values())

    try:
        until(lambda: all_answer_since(0), "all answers", timeout_s=_BACK_S)
        yield outages
        over = time.monotonic() - began
        until(lambda: all_answer_since(over), "all answers again", timeout_s=_BACK_S)
    finally:
        done.set()
        for thread in threads:
            thread.join()
    for outage in outages.values():
        Report().say(f"Without an answer: {outage.what}: {outage.lasted_s:.1f} s")


def log_in(url: str, name: str, password: str, *, timeout_s: float) -> None:
    """Log in with a browser that has never been there.

    Raises
    ------
    AssertionError, requests.RequestException
        When that does not work now.
    """
    with requests.Session() as http:
        http.get(f"{url}/hub/login", timeout=timeout_s).raise_for_status()
        xsrf = [c.value for c in http.cookies if c.name == "_xsrf" and c.path == "/hub/"]
        assert xsrf
        form = {"username": name, "password": password, "_xsrf": xsrf[-1] or ""}
        answer = http.post(f"{url}/hub/login", data=form, allow_redirects=False, timeout=timeout_s)
        assert answer.status_code == requests.codes.found
