"""Expressions have the values that ADQL 2.1 and this archive's guide give them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
from astrohub_archive.errors import QueryError
from astrohub_archive.models import Statement

Read = Callable[[str], Statement]
Answer = Callable[[str], list[tuple[Any, ...]]]

NO_VALUE = None


def _value(answer: Answer, expression: str) -> Any:
    rows = answer(f"SELECT {expression} AS x FROM hip2 WHERE hip = 1")
    return rows[0][0]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("7 / 2", 3),
        ("-7 / 2", -3),
        ("7 / 2.0", 3.5),
        ("1 / 3600.", 1 / 3600),
        ("hip / 2", 0),
        ("9007199254740993 / 1", 9007199254740993),
        ("7 % 4", 3),
        ("MOD(-7, 2)", -1),
        ("MOD(5.5, 2)", 1.5),
        ("hip / 0", NO_VALUE),
        ("ra / 0", NO_VALUE),
        ("MOD(hip, 0)", NO_VALUE),
        ("5 - -3", 8),
        ("5 --3\n + 1", 6),
        ("5 - (-(-3))", 2),
        ("- - -5", -5),
        ("+5", 5),
        ("2 + 3 * 4", 14),
        ("(2 + 3) * 4", 20),
        ("10 - 4 - 3", 3),
        ("24 / 4 / 2", 3),
        ("30000 * 30000", 900000000),
        ("solution * 30000 * 30000 * 30000", 135000000000000),
        ("hip * 3000000000", 3000000000),
        ("9223372036854775807", 9223372036854775807),
        ("-9223372036854775808", -9223372036854775808),
        ("0.1 + 0.2", 0.1 + 0.2),
        (".5 + 5.", 5.5),
        ("1.5E-3", 0.0015),
        ("LOG(EXP(1))", 1.0),
        ("LOG10(1000)", 3.0),
        ("LOG(0)", NO_VALUE),
        ("LOG10(-1)", NO_VALUE),
        ("SQRT(-1)", NO_VALUE),
        ("ASIN(2)", NO_VALUE),
        ("ACOS(-1.5)", NO_VALUE),
        ("POWER(-8, 0.5)", NO_VALUE),
        ("POWER(2, 10)", 1024.0),
        ("COT(0)", NO_VALUE),
        ("SQRT(16)", 4.0),
        ("ABS(-9007199254740993)", 9007199254740993),
        ("CEILING(1.2)", 2.0),
        ("FLOOR(-1.2)", -2.0),
        ("FLOOR(9007199254740993)", 9007199254740993),
        ("ROUND(2.5)", 3.0),
        ("ROUND(-2.5)", -3.0),
        ("ROUND(123.456, 1)", 123.5),
        ("ROUND(1234.5, -2)", 1200.0),
        ("TRUNCATE(1.99)", 1.0),
        ("TRUNCATE(-1.99)", -1.0),
        ("TRUNCATE(1.987, 2)", 1.98),
        ("PI()", math.pi),
        ("DEGREES(PI())", 180.0),
        ("RADIANS(180)", math.pi),
        ("ATAN2(1, 0)", math.pi / 2),
        ("'a' || 'b' || 5", "ab5"),
        ("'it''s'", "it's"),
        (r"'a\'", "a\\"),
        ("'--' || '/*' || ';'", "--/*;"),
        ("LOWER('ABC') || UPPER('def')", "abcDEF"),
        ("COALESCE(NULL, 5)", 5),
        ("COALESCE(NULL, hip, 2.5)", 1.0),
        ("CASE WHEN hip = 1 THEN 'one' ELSE 'other' END", "one"),
        ("CASE hip WHEN 2 THEN 'two' END", NO_VALUE),
        ("CASE WHEN hip = 1 THEN 1 ELSE 2.5 END", 1.0),
        ("CAST(2.7 AS INTEGER)", 3),
        ("CAST('12' AS BIGINT)", 12),
        ("CAST(12345 AS VARCHAR(3))", "123"),
        ("CAST(1 AS DOUBLE PRECISION) / 2", 0.5),
        ("(SELECT COUNT(*) FROM hip2)", 4),
        ("NULL + 1", NO_VALUE),
        ("IN_UNIT(ra, 'arcmin')", 10.0001 * 60),
        ("IN_UNIT(parallax, 'arcsec')", 0.1),
        ("IN_UNIT(parallax, 'deg')", 100 / 3.6e6),
    ],
)
def test_an_expression_has_its_value(expression: str, expected: Any, answer: Answer) -> None:
    found = _value(answer, expression)
    assert found == (pytest.approx(expected, rel=1e-12) if isinstance(expected, float) else expected)
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("condition", "hips"),
    [
        ("hip = 1 OR hip = 2 AND hip = 3", [1]),
        ("NOT hip = 1 AND hip < 3", [2]),
        ("NOT (hip = 1 OR hip = 2)", [3, 4]),
        ("hip BETWEEN 2 AND 3", [2, 3]),
        ("hip NOT BETWEEN 2 AND 3", [1, 4]),
        ("hip IN (1, 4, 7)", [1, 4]),
        ("hip NOT IN (1, 4)", [2, 3]),
        ("name = 'Alpha'", [1]),
        ("name LIKE 'a%'", [2]),
        ("name ILIKE 'A%'", [1, 2]),
        ("name NOT LIKE 'a%'", [1, 4]),
        ("name NOT ILIKE '%a'", [4]),
        ("name LIKE 'O''N_ill'", [4]),
        ("name IS NULL", [3]),
        ("name IS NOT NULL AND NOT name IS NULL", [1, 2, 4]),
        ("variable = 1", [1]),
        ("variable = TRUE", [1]),
        ("variable = 0", [2, 4]),
        ("0 <> variable", [1]),
        ("hp_mag <> 3.6 AND hp_mag = hp_mag", [1, 2, 4]),
        ("LOG10(parallax) > 1", [1, 4]),
        ("SQRT(parallax) >= 0", [1, 3, 4]),
        ("1 / parallax > 0", [1, 4]),
        ("observed > '1991-01-01'", [1, 4]),
        ("observed BETWEEN '1990-01-01T00:00:00' AND '1991-12-31'", [1, 3]),
        ("observed = CAST('1990-01-01T00:00:00' AS TIMESTAMP)", [3]),
        ("hip = (SELECT MIN(hip) FROM hip2)", [1]),
        ("hip IN (SELECT hip + 1 FROM hip2)", [2, 3, 4]),
        ("EXISTS (SELECT hip FROM hip2 AS b WHERE b.hip > 3)", [1, 2, 3, 4]),
        ("dec--45 = 0\n= -45", [3]),
        ("hip != 1 AND hip <> 2", [3, 4]),
    ],
)
def test_a_condition_chooses_its_rows(condition: str, hips: list[int], answer: Answer) -> None:
    assert answer(f"SELECT hip FROM hip2 WHERE {condition} ORDER BY hip") == [(hip,) for hip in hips]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT COUNT(*), COUNT(name), COUNT(DISTINCT solution) FROM hip2", [(4, 3, 3)]),
        ("SELECT SUM(hip), AVG(hip), MIN(name), MAX(parallax) FROM hip2", [(10, 2.5, "Alpha", 100.0)]),
        ('SELECT SUM(id) FROM odd."Mixed Case" WHERE id > 0', [(9223372036854775807,)]),
        ("SELECT COUNT(*) AS n FROM hip2 WHERE hip > 99", [(0,)]),
        (
            "SELECT solution, COUNT(*) FROM hip2 GROUP BY solution ORDER BY 2 DESC, 1",
            [(5, 2), (7, 1), (30000, 1)],
        ),
        ("SELECT solution / 5 AS s, COUNT(*) FROM hip2 GROUP BY s ORDER BY s", [(1, 3), (6000, 1)]),
        ("SELECT solution / 5, COUNT(*) FROM hip2 GROUP BY 1 ORDER BY 1", [(1, 3), (6000, 1)]),
        ("SELECT solution / 5 + 1 AS s FROM hip2 GROUP BY solution / 5 ORDER BY 1", [(2,), (6001,)]),
        ("SELECT solution FROM hip2 GROUP BY solution HAVING COUNT(*) > 1", [(5,)]),
        ("SELECT COUNT(*) FROM hip2 HAVING COUNT(*) > 10", []),
        (
            "SELECT solution FROM hip2 GROUP BY solution ORDER BY COUNT(*) DESC, solution",
            [(5,), (7,), (30000,)],
        ),
        ("SELECT 5, COUNT(*) FROM hip2 GROUP BY 1", [(5, 4)]),
        ("SELECT DISTINCT solution FROM hip2 ORDER BY solution DESC", [(30000,), (7,), (5,)]),
        ("SELECT TOP 2 hip FROM hip2 ORDER BY hip DESC", [(4,), (3,)]),
        ("SELECT TOP 2 hip FROM hip2 ORDER BY hip OFFSET 1", [(2,), (3,)]),
        ("SELECT hip FROM hip2 ORDER BY hip OFFSET 3", [(4,)]),
        ("SELECT TOP 0 hip FROM hip2", []),
        ("SELECT ALL hip FROM hip2 WHERE hip = 1", [(1,)]),
        ("SELECT hp_mag FROM hip2 ORDER BY hp_mag DESC OFFSET 3", [(None,)]),
        ("SELECT hp_mag FROM hip2 ORDER BY hp_mag ASC OFFSET 3", [(None,)]),
        ("SELECT hip FROM hip2 ORDER BY ABS(parallax), 1", [(3,), (2,), (4,), (1,)]),
        ("SELECT hip AS x FROM hip2 ORDER BY x DESC OFFSET 3", [(1,)]),
        ("SELECT hip FROM hip2 ORDER BY TRUE, NULL, 'a', hip OFFSET 3", [(4,)]),
        ("SELECT hip FROM hip2 WHERE hip < 3 UNION ALL SELECT 1 FROM hip2 ORDER BY hip", [(1,)] * 5 + [(2,)]),
        ("SELECT hip FROM hip2 UNION SELECT 1 FROM hip2 ORDER BY 1", [(1,), (2,), (3,), (4,)]),
        ("SELECT hip FROM hip2 EXCEPT SELECT 1 FROM hip2 ORDER BY hip", [(2,), (3,), (4,)]),
        ("SELECT hip FROM hip2 INTERSECT SELECT 1 FROM hip2", [(1,)]),
        (
            "SELECT 1 AS a FROM hip2 UNION SELECT 2 FROM hip2 INTERSECT SELECT 3 FROM hip2",
            [(1,)],
        ),
        (
            "(SELECT 1 AS a FROM hip2 UNION SELECT 2 FROM hip2) INTERSECT SELECT 2 FROM hip2",
            [(2,)],
        ),
        (
            "SELECT 1 AS a FROM hip2 EXCEPT (SELECT 1 FROM hip2 EXCEPT SELECT 1 FROM hip2)",
            [(1,)],
        ),
        ("SELECT TOP 1 1 AS a FROM hip2 UNION ALL SELECT TOP 2 2 FROM hip2 ORDER BY a", [(1,), (2,), (2,)]),
        ("SELECT 1 AS a FROM hip2 UNION ALL SELECT TOP 1 2 FROM hip2 ORDER BY a DESC OFFSET 4", [(1,)]),
        ("(SELECT TOP 3 hip FROM hip2 ORDER BY hip) ORDER BY hip DESC OFFSET 1", [(2,), (1,)]),
        ("SELECT x FROM (SELECT TOP 1 hip AS x FROM hip2 ORDER BY hip DESC) AS s", [(4,)]),
    ],
)
def test_a_query_has_its_rows(query: str, expected: list[tuple[Any, ...]], answer: Answer) -> None:
    assert answer(query) == expected


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELECT ra, COUNT(*) FROM hip2", "ra has many values in a group"),
        ("SELECT * FROM hip2 GROUP BY hip", "has many values in a group"),
        ("SELECT hip + ra FROM hip2 GROUP BY hip", "ra has many values"),
        ("SELECT COUNT(*) FROM hip2 ORDER BY ra", "ra has many values"),
        ("SELECT hip FROM hip2 GROUP BY hip HAVING ra > 1", "ra has many values"),
        ("SELECT hip FROM hip2 WHERE COUNT(*) > 1", "COUNT cannot stand in WHERE"),
        ("SELECT AVG(MAX(hip)) FROM hip2", "MAX cannot stand inside AVG"),
        ("SELECT hip FROM hip2 GROUP BY COUNT(*)", "COUNT cannot stand in GROUP BY"),
        ("SELECT hip FROM hip2 GROUP BY 7", "no column 7"),
        ("SELECT hip FROM hip2 ORDER BY 2", "no column 2"),
        ("SELECT DISTINCT hip FROM hip2 ORDER BY ra", "With DISTINCT"),
        ("SELECT hip FROM hip2 UNION SELECT hip, ra FROM hip2", "1 and 2 columns"),
        ("SELECT hip FROM hip2 UNION SELECT name FROM hip2", "do not fit"),
        ("SELECT hip FROM hip2 UNION SELECT hip FROM hip2 ORDER BY ra", "names and numbers of columns"),
        ("SELECT hip FROM hip2 WHERE name = 5", "A text and a number cannot be compared"),
        ("SELECT hip FROM hip2 WHERE hip IN ('a')", "cannot be compared"),
        ("SELECT hip FROM hip2 WHERE hip IN (SELECT name FROM hip2)", "cannot be compared"),
        ("SELECT hip FROM hip2 WHERE hip IN (SELECT hip, ra FROM hip2)", "one column, not 2"),
        ("SELECT hip FROM hip2 WHERE (SELECT hip, ra FROM hip2) = 1", "one column, not 2"),
        ("SELECT hip FROM hip2 WHERE hip", "takes a condition, not a number"),
        ("SELECT hip FROM hip2 WHERE covariance = 5", "Arrays cannot be compared"),
        ("SELECT name + 1 FROM hip2", "takes numbers, not a text"),
        ("SELECT SQRT(name) FROM hip2", "SQRT takes numbers"),
        ("SELECT UPPER(hip) FROM hip2", "UPPER takes a text"),
        ("SELECT SQRT(1, 2) FROM hip2", "SQRT takes 1 argument, not 2"),
        ("SELECT MOD(1) FROM hip2", "MOD takes 2 arguments, not 1"),
        ("SELECT ROUND(ra, hip) FROM hip2", "whole number of digits"),
        ("SELECT CASE WHEN hip = 1 THEN 1 ELSE 'a' END FROM hip2", "must be of one type"),
        ("SELECT COALESCE(1, 'a') FROM hip2", "must be of one type"),
        ("SELECT 9223372036854775808 FROM hip2", "too large"),
        ("SELECT 1e999 FROM hip2", "too large"),
        ("SELECT TOP 1.5 hip FROM hip2", "TOP takes a whole number"),
        ("SELECT hip FROM hip2 OFFSET -1", "OFFSET takes a whole number"),
        ("SELECT IN_UNIT(ra, 'mag') FROM hip2", "cannot be converted"),
        ("SELECT IN_UNIT(ra, 'parsec per fortnight') FROM hip2", "not a unit"),
        ("SELECT IN_UNIT(5, 'deg') FROM hip2", "whose unit is known"),
        ("SELECT IN_UNIT(ra, name) FROM hip2", "in single quotes"),
        ("SELECT COUNT(ra, dec) FROM hip2", "COUNT takes 1 argument"),
        ("SELECT MAX(*) FROM hip2", "A star can stand in"),
        ("SELECT hip FROM hip2 WHERE name LIKE 5", "LIKE takes texts"),
        ("SELECT hip FROM hip2 WHERE hip IS 5", "IS can be followed by NULL"),
        ("SELECT name || variable FROM hip2", "takes texts, not a condition"),
    ],
)
def test_what_makes_no_sense_is_refused(query: str, said: str, read: Read) -> None:
    with pytest.raises(QueryError) as refused:
        read(query)
    assert said in refused.value.message
    assert refused.value.position is not None
