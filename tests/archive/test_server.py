"""The server answers at once."""

from __future__ import annotations

import time

import requests

from ..support.running_archive import RunningArchive


def test_a_small_answer_waits_for_no_acknowledgement(archive: RunningArchive) -> None:
    """On one connection, head and body of an answer went apart, and the second waited 40 ms each time."""
    fastest = float("inf")
    with requests.Session() as session:
        for _ in range(30):
            begin = time.perf_counter()
            assert session.get(f"{archive.tap}/availability", timeout=60).ok
            fastest = min(fastest, time.perf_counter() - begin)
    assert fastest < 0.035
