"""The answer's columns: usable names, and the words of the column they came from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import duckdb
import pytest
from astrohub_archive.models import ResultColumn, Statement

from .conftest import ENGINE_TYPES, execute

Read = Callable[[str], Statement]


def _names(read: Read, query: str) -> list[str]:
    return [column.name for column in read(query).columns]


def _one(read: Read, query: str) -> ResultColumn:
    (column,) = read(query).columns
    return column


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("SELECT RA, DEC AS d FROM gaia_source", ["RA", "d"]),
        ("SELECT a.ra, b.ra, a.RA FROM gaia_source AS a, gaia_source AS b", ["ra", "ra_2", "RA_3"]),
        ("SELECT ra, dec AS ra_2, ra FROM gaia_source", ["ra", "ra_2", "ra_3"]),
        (
            "SELECT COUNT(*), COUNT(*), AVG(ra), MAX(DISTINCT dec) FROM gaia_source",
            ["count_all", "count_all_2", "avg_ra", "max_dec"],
        ),
        (
            "SELECT ra + 1, (dec), -ra, 'x', SQRT(ra + 1) FROM gaia_source",
            ["col_1", "dec", "col_3", "col_4", "sqrt"],
        ),
        ('SELECT ra AS "a b", dec AS "A B" FROM gaia_source', ["a b", "A B_2"]),
    ],
)
def test_columns_of_the_answer_have_different_names(query: str, names: list[str], read: Read) -> None:
    assert _names(read, query) == names


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ra FROM gaia_source",
        "SELECT s.ra FROM (SELECT g.* FROM gaia_source AS g) AS s",
        "WITH w AS (SELECT ra FROM gaia_source) SELECT ra FROM w",
        "SELECT a.ra FROM gaia_source AS a JOIN hip2 AS b USING (ra)",
        "SELECT ra FROM gaia_source UNION SELECT ra FROM hip2",
        "SELECT ra FROM gaia_source GROUP BY ra",
        "SELECT (ra) AS ra FROM gaia_source",
    ],
)
def test_a_column_keeps_its_words_through_subqueries_joins_and_unions(query: str, read: Read) -> None:
    assert _one(read, query) == ResultColumn(
        "ra", "double", unit="deg", ucd="pos.eq.ra;meta.main", description="Right ascension"
    )


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("COUNT(*)", ResultColumn("x", "long", ucd="meta.number")),
        ("AVG(hp_mag)", ResultColumn("x", "double", unit="mag")),
        ("MIN(hp_mag)", ResultColumn("x", "float", unit="mag")),
        ("SUM(hip)", ResultColumn("x", "long")),
        ("MAX(name)", ResultColumn("x", "char", "*")),
        ("MAX(observed)", ResultColumn("x", "char", "*", "timestamp")),
    ],
)
def test_an_aggregate_keeps_the_unit(expression: str, expected: ResultColumn, read: Read) -> None:
    assert _one(read, f"SELECT {expression} AS x FROM hip2") == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("name", ResultColumn("x", "char", "*")),
        ("observed", ResultColumn("x", "char", "*", "timestamp")),
        ("covariance", ResultColumn("x", "float", "3")),
        ("variable", ResultColumn("x", "boolean")),
        ("solution", ResultColumn("x", "short")),
        ("parallax * 2", ResultColumn("x", "double")),
        ("-parallax", ResultColumn("x", "double", unit="mas")),
        ("hip + 1", ResultColumn("x", "long")),
        ("hip / 2", ResultColumn("x", "long")),
        ("hip / 2.0", ResultColumn("x", "double")),
        ("name || 'x'", ResultColumn("x", "char", "*")),
        ("DISTANCE(ra, dec, 0, 0)", ResultColumn("x", "double", unit="deg", ucd="pos.angDistance")),
        ("CONTAINS(POINT(ra, dec), CIRCLE(0, 0, 1))", ResultColumn("x", "int")),
        ("IN_UNIT(parallax, 'arcsec')", ResultColumn("x", "double", unit="arcsec", ucd="pos.parallax.trig")),
        ("CAST(hip AS SMALLINT)", ResultColumn("x", "short")),
        ("CAST(name AS TIMESTAMP)", ResultColumn("x", "char", "*", "timestamp")),
        ("NULL", ResultColumn("x", "char", "*")),
        ("COALESCE(parallax, 0)", ResultColumn("x", "double", unit="mas", ucd="pos.parallax.trig")),
        ("CASE WHEN hip = 1 THEN hip ELSE 2.5 END", ResultColumn("x", "double")),
    ],
)
def test_a_computed_column_is_described_and_is_what_the_engine_makes(
    expression: str, expected: ResultColumn, read: Read, database: duckdb.DuckDBPyConnection
) -> None:
    statement = read(f"SELECT {expression} AS x FROM hip2 WHERE hip = 99")
    (column,) = statement.columns
    shown: dict[str, Any] = {
        k: getattr(column, k) for k in ("name", "datatype", "arraysize", "xtype", "unit", "ucd")
    }
    assert shown == {k: getattr(expected, k) for k in shown}
    engine_type = str(execute(statement, database).description[0][1])
    if column.xtype == "timestamp":
        assert engine_type == "TIMESTAMP"
    elif column.arraysize == "3":
        assert engine_type == "FLOAT[3]"
    else:
        assert engine_type == ENGINE_TYPES[str(column.datatype)]
