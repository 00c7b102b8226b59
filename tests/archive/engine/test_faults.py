"""What the engine says of values becomes a sentence in the words of the query's author."""

from __future__ import annotations

import duckdb
import pytest
from astrohub_archive.engine.faults import as_json, from_json, translate
from astrohub_archive.errors import ArchiveError, QueryError


def told(expression: str, rows: str = "(1)") -> ArchiveError:
    """Return the error for an expression over the column `x` of some rows."""
    with pytest.raises(duckdb.Error) as failed:
        duckdb.sql(f"SELECT {expression} FROM (VALUES {rows}) AS v(x)").fetchall()
    return translate(failed.value, {"/data/public/a/b": "a.b"}, 512)


@pytest.mark.parametrize(
    ("expression", "rows", "said"),
    [
        ("CAST(sum(x) AS BIGINT)", "(9223372036854775807), (1)", "a whole number grows beyond 64 bits"),
        ("x + 1::BIGINT", "(9223372036854775807)", "a whole number grows beyond 64 bits"),
        ("x * x", "(9223372036854775807)", "a whole number grows beyond 64 bits"),
        ("CAST(x AS INTEGER)", "('Al/pha')", "the text 'Al/pha' cannot be converted to INTEGER."),
        ("CAST(x AS SMALLINT)", "(70000)", "the value 70000 does not fit into SMALLINT."),
        ("CAST(x AS BIGINT)", "('NaN'::DOUBLE)", "the value nan does not fit into BIGINT."),
        ("CAST(x AS TIMESTAMP)", "('a/b')", "the text 'a/b' is no time"),
        ("(SELECT y FROM (VALUES (1), (2)) AS w(y))", "(1)", "returned more than one row"),
    ],
)
def test_a_value_that_does_not_do_is_told_without_the_engines_words(
    expression: str, rows: str, said: str
) -> None:
    error = told(expression, rows)
    assert isinstance(error, QueryError)
    assert error.status == 400
    assert said in error.message
    for word in ("INT64", "INT32", "INT128", "a file", "source column", "Error"):
        assert word not in error.message


def test_a_path_is_not_told_and_a_division_is_none() -> None:
    path = duckdb.InvalidInputException("Invalid Input Error: '/data/private/x.parquet' has a / b of 1/2")
    assert translate(path, {}, 1).message == "The query failed on a value: a file has a / b of 1/2"


def test_too_little_memory_is_the_querys_fault_and_stays_so_on_its_way() -> None:
    error = from_json(as_json(translate(duckdb.OutOfMemoryException("Out of Memory Error: x"), {}, 512)))
    assert (error.slug, error.status) == ("memory", 400)
    assert "more than the 512 MB of memory" in error.message
