"""Reading the whole table for a few numbers."""

from __future__ import annotations

from collections.abc import Callable

from measuring import Contest
from subject import Ask, Subject, as_rows

__all__ = ["contests"]


def contests(subject: Subject) -> list[Contest]:
    """Return the only one."""
    dec = subject.storage.dec_column
    aggregate = f"count(*) AS n, min({subject.storage.ra_column}) AS a, max({subject.identifier}) AS b"

    def limit(number: int) -> list[dict[str, object]]:
        return subject.limit.scan(aggregate, f"{dec} > {-number}")

    def ours(ask: Ask) -> Callable[[int], list[dict[str, object]]]:
        return lambda number: as_rows(ask(subject.query(aggregate, f"{dec} > {-number}"), "arrow"))

    return [subject.contest("scan, three columns", limit, ours)]
