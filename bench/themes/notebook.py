"""All rows into a notebook: our client into pandas and astropy, DuckDB into pandas, pyvo into astropy."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import pyvo
from astrohub import Client
from measuring import Contest
from ours import HttpArchive
from subject import Subject

__all__ = ["contests"]

_PEER_ROWS = 1_000_000


def contests(subject: Subject) -> list[Contest]:
    """Return all of them."""
    return [] if subject.archive is None else [_all_rows(subject, subject.archive)]


def _all_rows(subject: Subject, archive: HttpArchive) -> Contest:
    rows = int(subject.table.rows or 0)
    query = f"SELECT {subject.columns} FROM {subject.name}"
    client = Client(archive.url, token="")

    def limit(_: int) -> int:
        return len(subject.limit.reader(subject.columns).read_pandas())

    def ours(fmt: str) -> Callable[[int], int]:
        return lambda _: len(client.query(query, fmt=fmt, maxrec=rows))

    contest = Contest(
        "notebook",
        {"limit": limit, "ours, pandas": ours("pandas"), "ours, astropy": ours("table")},
    )
    if subject.slow:
        few = min(_PEER_ROWS, rows)
        contest.contenders["pyvo, astropy"] = lambda _: _pyvo(archive, query, few)
        contest.share["pyvo, astropy"] = few / max(rows, 1)
    return contest


def _pyvo(archive: HttpArchive, query: str, rows: int) -> int:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return len(pyvo.dal.TAPService(archive.tap).run_sync(query, maxrec=rows).to_table())
