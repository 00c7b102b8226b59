"""Rows by their identifiers."""

from __future__ import annotations

from collections.abc import Callable

from measuring import Contest
from subject import Ask, Subject, as_rows

__all__ = ["contests"]


def contests(subject: Subject) -> list[Contest]:
    """Return all of them."""
    return [_one(subject)]


def _one(subject: Subject) -> Contest:
    files = [subject.limit.file_of(one.cell) for one in subject.samples]

    def limit(number: int) -> list[dict[str, object]]:
        one = subject.sample(number)
        return subject.limit.by_identifier(
            subject.columns, files[number % len(files)], one.identifier, one.cell
        )

    def ours(ask: Ask) -> Callable[[int], list[dict[str, object]]]:
        def work(number: int) -> list[dict[str, object]]:
            wanted = f"{subject.identifier} = {subject.sample(number).identifier}"
            return as_rows(ask(subject.query(subject.columns, wanted), "arrow"))

        return work

    return subject.contest("identifier", limit, ours)
