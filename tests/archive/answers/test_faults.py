"""Five hundred faulty queries: errors point at the fault, and name what was meant."""

from __future__ import annotations

import os
from collections import Counter

import pytest
from astrohub_archive.adql import understand
from astrohub_archive.catalog import Catalog
from astrohub_archive.errors import Position, QueryError
from astrohub_archive.models import Schema
from astrohub_archive.settings import Limits

from ..adql.conftest import GAIA, HIPPARCOS, ODDITIES
from .faults import KINDS, QUERIES, faulty

SEED = os.environ.get("ASTROHUB_ANSWERS_SEED", "1")
COUNT = 500
_CATALOG = Catalog(
    [Schema("gaia_dr3_g10", (GAIA,)), Schema("hipparcos", (HIPPARCOS,)), Schema("odd", (ODDITIES,))]
)


def _refusal(text: str) -> QueryError | None:
    try:
        understand(text, _CATALOG, Limits())
    except QueryError as e:
        return e
    return None


def _is_within(text: str, position: Position | None, start: int, end: int) -> bool:
    if position is None:
        return False
    before = sum(len(line) + 1 for line in text.split("\n")[: position.line - 1])
    return before + position.column - 1 < end and start < before + position.end_column - 1


def test_the_queries_are_good_before_anything_is_wrong_with_them() -> None:
    assert [text for text in QUERIES if _refusal(text) is not None] == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("SELECT ra FROM ..gaia_source", "Between the two dots a name is missing."),
        ("SELECT a..ra FROM gaia_source AS a", "Between the two dots a name is missing."),
        ("SELECT hip FROM hip2 WHERE hip IN (0.25, .0.25)", "0.25 is not a number."),
        (f'SELECT "{"x" * 150_000}" FROM hip2', f"There is no column {'x' * 80}… in hipparcos.hip2."),
        (f'SELECT "{"x y " * 40_000}" FROM hip2', "There is no column x y"),
    ],
    ids=["two dots", "two dots in a name", "two points", "a long name", "a long name with blanks"],
)
def test_what_was_badly_said_once_is_a_short_sentence(text: str, said: str) -> None:
    refused = _refusal(text)
    assert refused is not None
    assert refused.message.startswith(said)
    assert len(refused.message) < 420


def test_errors_point_at_the_fault_and_name_what_was_meant() -> None:
    misplaced, unnamed, kinds = [], [], Counter[str]()
    placed = named = accepted = number = 0
    while sum(kinds.values()) < COUNT:
        one = faulty(f"{SEED}-{number}")
        number += 1
        refused = _refusal(one.text)
        if refused is None:
            # Some slips make another good query: a word becomes an alias.
            accepted += 1
            continue
        kinds[one.kind] += 1
        if _is_within(one.text, refused.position, one.start, one.end):
            placed += 1
        else:
            misplaced.append((one.kind, one.text, one.text[one.start : one.end], refused.message))
        if one.meant is not None:
            named += 1
            if (refused.suggestion or "").lower() != one.meant.lower():
                unnamed.append((one.kind, one.text[one.start : one.end], one.meant, refused.message))
    report = "\n".join(map(str, (*misplaced, *unnamed)))
    assert set(kinds) == set(KINDS)
    assert accepted < COUNT / 4
    assert placed >= 0.95 * COUNT, report
    assert len(unnamed) <= 0.05 * named, report
    assert named >= COUNT / 5
