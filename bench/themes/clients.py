"""Many clients at once, each asking again when it is answered: small queries, with and without a scan."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus

from measuring import Contest
from ours import HttpArchive
from subject import Sample, Subject, as_rows

__all__ = ["contests"]

_THREADS = 16
_MOST_REQUESTS = 384
# Small tables are there to find faults, not to measure.
_ROWS_A_REQUEST = 200

Rows = list[dict[str, object]]


@dataclass
class _Log:
    """What the clients of one contender have lived through.

    Attributes
    ----------
    seconds
        How long each answer has taken.
    refused
        How many queries were told to come again, and when.
    """

    seconds: list[float] = field(default_factory=list)
    refused: int = 0

    def note(self) -> str:
        """Say it in few words."""
        middle, last = statistics.median(self.seconds), statistics.quantiles(self.seconds, n=100)[-1]
        return f"p50 {middle * 1000:.1f} ms, p99 {last / middle:.1f} x p50, told to wait: {self.refused}"


def contests(subject: Subject) -> list[Contest]:
    """Return all of them."""
    if subject.archive is None:
        return []
    return [
        _contest(subject, subject.archive, 16, scan=False),
        _contest(subject, subject.archive, 64, scan=True),
    ]


def _contest(subject: Subject, archive: HttpArchive, clients: int, *, scan: bool) -> Contest:
    requests = range(min(_MOST_REQUESTS, int(subject.table.rows or 0) // _ROWS_A_REQUEST))
    samples = subject.many_samples(len(requests))
    queries = [_query(subject, one) for one in samples]
    limit_log, engine_log, log = _Log(), _Log(), _Log()
    notes: dict[str, str] = {}

    def limit(_: int) -> list[Rows]:
        own = threading.local()
        found = _closed_loop(
            _THREADS, requests, lambda number: _of_limit(subject, own, samples[number]), limit_log
        )
        notes["limit"] = limit_log.note()
        return found

    def engine(_: int) -> list[Rows]:
        assert subject.pool is not None
        with subject.pool.of_many() as ask:
            found = _closed_loop(
                _THREADS, requests, lambda number: as_rows(ask(queries[number], "arrow")), engine_log
            )
        notes["ours, engine"] = engine_log.note()
        return found

    def ours(_: int) -> list[Rows]:
        with _scanning(subject, archive, on=scan):
            found = _closed_loop(
                clients, requests, lambda number: _of_archive(archive, log, queries[number]), log
            )
        notes["ours, HTTP"] = log.note()
        return found

    name = f"clients, {clients}" + (" and a scan" if scan else "")
    return Contest(name, {"limit": limit, "ours, engine": engine, "ours, HTTP": ours}, notes=notes)


def _closed_loop(clients: int, requests: range, ask: Callable[[int], Rows], log: _Log) -> list[Rows]:
    """Let so many clients ask until all questions are answered; return the answers in their order."""

    def timed(number: int) -> Rows:
        begin = time.perf_counter()
        rows = ask(number)
        log.seconds.append(time.perf_counter() - begin)
        return rows

    with ThreadPoolExecutor(clients) as threads:
        return list(threads.map(timed, requests))


def _of_limit(subject: Subject, own: threading.local, one: Sample) -> Rows:
    if not hasattr(own, "limit"):
        own.limit = subject.limit.apart()
    found: Rows = own.limit.by_identifier(
        subject.columns, subject.limit.file_of(one.cell), one.identifier, one.cell
    )
    return found


def _of_archive(archive: HttpArchive, log: _Log, query: str) -> Rows:
    while True:
        status, headers, content = archive.exchange(query, "arrow")
        if status == HTTPStatus.OK:
            return as_rows(content)
        if status != HTTPStatus.SERVICE_UNAVAILABLE or "Retry-After" not in headers:
            raise RuntimeError(content[:2000].decode("utf-8", "replace"))
        log.refused += 1
        time.sleep(float(headers["Retry-After"]))


def _query(subject: Subject, one: Sample) -> str:
    return subject.query(subject.columns, f"{subject.identifier} = {one.identifier}")


@contextmanager
def _scanning(subject: Subject, archive: HttpArchive, *, on: bool) -> Iterator[None]:
    """Read the whole table, again and again, until the block ends."""
    ended = threading.Event()
    ra, dec = subject.storage.ra_column, subject.storage.dec_column

    def scan() -> None:
        number = 0
        while not ended.is_set():
            number += 1
            aggregate = f"count(*) AS n, avg({ra} * {dec}) AS a, max({subject.identifier}) AS b"
            archive.ask(subject.query(aggregate, f"{dec} > {-90 - number}"), "arrow")

    thread = threading.Thread(target=scan)
    if on:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        if on:
            thread.join()
