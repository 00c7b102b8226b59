"""Whatever the text: a statement comes out, or one sentence."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import duckdb
from astrohub_archive.errors import QueryError
from astrohub_archive.models import Statement
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .conftest import execute
from .test_guide import EXAMPLES

Read = Callable[[str], Statement]

_LISTED = """
 SELECT DISTINCT ALL TOP 5 * , FROM gaia_source AS g JOIN LEFT RIGHT FULL OUTER INNER NATURAL CROSS
hip2 h ON USING ( ) WHERE GROUP BY HAVING ORDER ASC DESC OFFSET UNION EXCEPT INTERSECT WITH x AND OR
NOT IN LIKE ILIKE BETWEEN IS NULL EXISTS CASE WHEN THEN ELSE END CAST INTEGER TRUE FALSE . - + / %
|| = <> < > <= >= 0 1 2.5 1e300 'a' 'ICRS' '' "ra" ra dec hip parallax name variable observed
covariance g.ra h.dec ABS( COUNT( AVG( LOG( POINT( CIRCLE( BOX( POLYGON( CONTAINS( DISTANCE(
IN_UNIT( COALESCE( MOD( ROUND( AREA( read_parquet( -- /* */ ; ? : [ ] { } $ @ \\ ' " é
"""
_WORDS = st.sampled_from([*_LISTED.split(), "\n"])
_SHOWN_BY_DATA = (duckdb.ConversionException, duckdb.OutOfRangeException, duckdb.InvalidInputException)
_QUERIES = st.lists(_WORDS, max_size=40).map(" ".join)
_SETTINGS = settings(
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def _is_understood_or_refused(read: Read, text: str) -> Statement | None:
    refused = None
    try:
        return read(text)
    except QueryError as e:
        refused = e.message
    assert refused
    assert "\n" not in refused
    assert "\x1b" not in refused
    return None


@_SETTINGS
@given(text=st.text(max_size=200))
def test_any_text_is_understood_or_refused(read: Read, text: str) -> None:
    _is_understood_or_refused(read, text)


@_SETTINGS
@given(text=st.binary(max_size=100).map(lambda b: b.decode("utf-8", "surrogateescape")))
def test_any_bytes_are_understood_or_refused(read: Read, text: str) -> None:
    _is_understood_or_refused(read, text)


@settings(_SETTINGS, max_examples=400)
@given(text=_QUERIES)
def test_any_row_of_words_is_understood_or_refused(read: Read, text: str) -> None:
    _is_understood_or_refused(read, text)


@settings(_SETTINGS, max_examples=400)
@given(tail=_QUERIES)
def test_any_end_of_a_query_is_understood_or_refused(read: Read, tail: str) -> None:
    _is_understood_or_refused(read, f"SELECT ra FROM gaia_source AS g WHERE {tail}")


@settings(_SETTINGS, max_examples=400)
@given(data=st.data())
def test_an_example_with_words_exchanged_is_refused_or_runs(
    sample_read: Read, sample_database: duckdb.DuckDBPyConnection, data: st.DataObject
) -> None:
    words = data.draw(st.sampled_from(EXAMPLES)).split(" ")
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(words) - 1))
        words[place] = data.draw(st.one_of(_WORDS, st.just(""), st.sampled_from(words)))
    statement = _is_understood_or_refused(sample_read, " ".join(words))
    if statement is not None:
        with contextlib.suppress(*_SHOWN_BY_DATA):
            execute(statement, sample_database).fetchmany(5)
