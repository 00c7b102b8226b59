"""Whatever is not a query over published tables is refused with one sentence that gives nothing away."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml
from astrohub_archive.adql import Language, understand
from astrohub_archive.catalog import Catalog
from astrohub_archive.errors import QueryError, UnknownTable
from astrohub_archive.models import Statement
from astrohub_archive.settings import Limits

Read = Callable[[str], Statement]

_CORPUS = Path(__file__).parents[2] / "data" / "hostile.yaml"
_INTERNALS = re.compile(
    r"sqlglot|duckdb |class '|Traceback|\x1b|Expected|Expecting|Invalid expression|Required keyword|\.py\b"
)
_POSTGRESQL = (
    "SELECT ra::VARCHAR FROM gaia_dr3_g10.gaia_source",
    "SELECT ra FROM gaia_dr3_g10.gaia_source LIMIT 10",
)
"""Of the statements that are not ADQL, those that may be asked in the other language."""
_ABOUT_THE_WHOLE = ("The query is empty.", "A query needs FROM.")


def _hostile() -> Iterator[tuple[str, str]]:
    for kind, statements in yaml.safe_load(_CORPUS.read_text(encoding="utf-8")).items():
        for number, statement in enumerate(statements):
            yield f"{kind}-{number}", statement


HOSTILE = dict(_hostile())
NESTED = {
    "parentheses": "SELECT {}ra{} FROM gaia_source|(|)",
    "subqueries": "SELECT * FROM {}gaia_source{}|(SELECT * FROM |)",
    "IN": "SELECT ra FROM gaia_source WHERE {}1 = 1{}|ra IN (SELECT ra FROM gaia_source WHERE |)",
    "functions": "SELECT {}ra{} FROM gaia_source|ABS(|)",
    "signs": "SELECT {}ra{} FROM gaia_source|- |",
    "NOT": "SELECT ra FROM gaia_source WHERE {}ra = 1{}|NOT |",
    "CASE": "SELECT {}ra{} FROM gaia_source|CASE WHEN ra = 1 THEN | END",
    "joins": "SELECT * FROM {}gaia_source{}|(gaia_source AS x JOIN | ON 1 = 1)",
    "lists": "SELECT ra FROM gaia_source WHERE {}1{}|ra IN (1, |)",
    "braces": "SELECT {}ra{} FROM gaia_source|{|}",
    "brackets": "SELECT {}ra{} FROM gaia_source|[|]",
    "WITH": "{}SELECT ra FROM gaia_source{}|WITH a AS (|) SELECT * FROM a",
}


def _nested(kind: str, depth: int) -> str:
    frame, opening, closing = NESTED[kind].split("|")
    return frame.replace("{}", opening * depth, 1).replace("{}", closing * depth, 1)


def test_the_corpus_is_large() -> None:
    assert len(HOSTILE) >= 120


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_statement_is_refused_with_one_sentence_and_its_place(
    name: str, language: Language, catalog: Catalog, limits: Limits
) -> None:
    if language is Language.POSTGRESQL and HOSTILE[name] in _POSTGRESQL:
        return
    with pytest.raises(QueryError) as refused:
        understand(HOSTILE[name], catalog, limits, language)
    message, position = refused.value.message, refused.value.position
    assert message[-1] in ".?"
    assert len(message) <= 300
    assert "\n" not in message
    assert not _INTERNALS.search(message), message
    assert refused.value.status == 400
    assert language is Language.ADQL or "ADQL" not in message
    if message in _ABOUT_THE_WHOLE:
        return
    assert position is not None, message
    line = HOSTILE[name].split("\n")[position.line - 1]
    assert 1 <= position.column < position.end_column <= len(line) + 2


@pytest.mark.parametrize("kind", NESTED)
def test_a_query_nested_ten_thousand_deep_is_refused_at_once(kind: str, read: Read) -> None:
    start = time.thread_time()
    with pytest.raises(QueryError):
        read(_nested(kind, 10_000))
    assert time.thread_time() - start < 5


@pytest.mark.parametrize("kind", NESTED)
@pytest.mark.parametrize("depth", [2, 24, 49, 99, 100, 101])
def test_a_query_nested_up_to_the_limit_is_never_a_crash(kind: str, depth: int, read: Read) -> None:
    start = time.thread_time()
    with contextlib.suppress(QueryError):
        read(_nested(kind, depth))
    assert time.thread_time() - start < 5


def test_nesting_below_the_limit_is_answered(read: Read) -> None:
    assert read(_nested("parentheses", 90)).columns[0].name == "ra"
    assert read(_nested("NOT", 90)).sql.count("NOT") == 90


def test_the_limit_is_named_when_it_is_hit(read: Read) -> None:
    with pytest.raises(QueryError, match="nested 100 levels deep at most"):
        read(_nested("parentheses", 200))


def test_ten_megabytes_are_refused_before_they_are_read(read: Read) -> None:
    text = "SELECT ra FROM gaia_source WHERE ra IN (" + "1," * 5_000_000 + "1)"
    start = time.thread_time()
    with pytest.raises(QueryError, match="200,000 bytes"):
        read(text)
    assert time.thread_time() - start < 0.1


def test_the_limit_counts_bytes_not_characters(read: Read) -> None:
    with pytest.raises(QueryError, match="200,000 bytes"):
        read("SELECT ra FROM gaia_source WHERE '" + "é" * 120_000 + "' = 'x'")


def test_too_many_tables_are_refused(read: Read) -> None:
    tables = ", ".join(f"gaia_source AS g{number}" for number in range(60))
    with pytest.raises(QueryError, match="50 tables"):
        read(f"SELECT g1.ra FROM {tables}")


def test_columns_that_double_at_each_level_are_refused(read: Read) -> None:
    steps = ", ".join(f"a{n} AS (SELECT * FROM a{n - 1} AS x CROSS JOIN a{n - 1} AS y)" for n in range(1, 25))
    query = f"WITH a0 AS (SELECT ra FROM gaia_source), {steps} SELECT COUNT(*) FROM a24"
    with pytest.raises(QueryError, match="2,000 columns at most"):
        read(query)


@pytest.mark.parametrize(
    "columns", [",".join("*" * 3000), ", ".join(f"ra AS a{number}" for number in range(3000))]
)
def test_too_many_columns_are_refused(columns: str, read: Read) -> None:
    with pytest.raises(QueryError, match="2,000 columns at most"):
        read(f"SELECT {columns} FROM gaia_source")


def test_too_many_words_are_refused(read: Read) -> None:
    with pytest.raises(QueryError, match="40,000 words"):
        read("SELECT ra FROM gaia_source WHERE ra IN (" + "1," * 30_000 + "1)")


def test_too_many_set_operations_are_refused(read: Read) -> None:
    with pytest.raises(QueryError, match="200 queries"):
        read("SELECT ra FROM gaia_source" + " UNION SELECT ra FROM gaia_source" * 300)


def test_geometry_that_repeats_its_arguments_cannot_grow_without_end(read: Read) -> None:
    start = time.thread_time()
    with pytest.raises(QueryError, match="too complex"):
        read("SELECT " + "DISTANCE(ra, dec, ra, " * 24 + "dec" + ")" * 24 + " FROM gaia_source")
    read("SELECT " + "COORD1(CENTROID(POLYGON(1, 2, 3, 4, 5, " * 30 + "6" + ")))" * 30 + " FROM gaia_source")
    assert time.thread_time() - start < 5


def test_a_long_row_of_sums_is_refused_and_a_long_row_of_ors_is_not(read: Read) -> None:
    with pytest.raises(QueryError, match="too deeply"):
        read("SELECT " + "+".join(["ra"] * 2_000) + " FROM gaia_source")
    assert (
        read("SELECT ra FROM gaia_source WHERE " + " OR ".join(["ra = 1"] * 2_000)).sql.count(" OR ") == 1_999
    )


def test_a_table_that_is_not_there_is_told_from_other_faults(read: Read) -> None:
    for table in ("mydb.x", "user_somebody.secret", "information_schema.tables", "gaia_dr3_g10.gaia"):
        with pytest.raises(UnknownTable):
            read(f"SELECT * FROM {table}")
