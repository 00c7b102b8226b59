"""Names mean what SQL says they mean; one that means nothing is answered with what may have been meant."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from astrohub_archive.errors import Position, QueryError, UnknownTable
from astrohub_archive.models import Statement

Read = Callable[[str], Statement]
Answer = Callable[[str], list[tuple[Any, ...]]]


def _refusal(read: Read, text: str) -> QueryError:
    with pytest.raises(QueryError) as refused:
        read(text)
    return refused.value


def test_a_misspelt_column_comes_with_its_place_and_the_name_that_was_meant(read: Read) -> None:
    refused = _refusal(read, "SELECT ra,\n  phot_g_mean_mg\nFROM gaia_dr3_g10.gaia_source")
    assert refused.message == (
        "There is no column phot_g_mean_mg in gaia_dr3_g10.gaia_source; did you mean phot_g_mean_mag?"
    )
    assert refused.position == Position(line=2, column=3, end_column=17)
    assert refused.suggestion == "phot_g_mean_mag"


def test_the_place_of_a_qualified_column_is_that_of_the_column(read: Read) -> None:
    refused = _refusal(read, "SELECT g.rra FROM gaia_source AS g")
    assert (refused.position, refused.suggestion) == (Position(1, 10, 13), "ra")


def test_a_column_that_resembles_nothing_comes_without_a_suggestion(read: Read) -> None:
    refused = _refusal(read, "SELECT teff FROM gaia_source")
    assert refused.message == "There is no column teff in gaia_dr3_g10.gaia_source."
    assert refused.suggestion is None


def test_a_misspelt_table_comes_with_its_place_and_the_name_that_was_meant(read: Read) -> None:
    with pytest.raises(UnknownTable) as refused:
        read("SELECT ra FROM gaia_dr3.gaia_source AS g WHERE ra > 5")
    assert refused.value.message == (
        "There is no table gaia_dr3.gaia_source; did you mean gaia_dr3_g10.gaia_source?"
    )
    assert refused.value.position == Position(1, 16, 36)
    assert refused.value.suggestion == "gaia_dr3_g10.gaia_source"


def test_a_misspelt_alias_comes_with_the_alias_that_was_meant(read: Read) -> None:
    refused = _refusal(read, "SELECT gia.ra FROM gaia_source AS gaia")
    assert refused.message == "FROM names no table gia; did you mean gaia?"
    assert (refused.position, refused.suggestion) == (Position(1, 8, 11), "gaia")


def test_a_misspelt_function_comes_with_the_function_that_was_meant(read: Read) -> None:
    refused = _refusal(read, "SELECT SQRTT(ra) FROM gaia_source")
    assert refused.message == "There is no function SQRTT in ADQL; did you mean SQRT?"
    assert (refused.position, refused.suggestion) == (Position(1, 8, 13), "SQRT")


def test_columns_in_tabs_and_astral_characters_are_counted_as_characters(read: Read) -> None:
    refused = _refusal(read, "SELECT '😀',\tnothing FROM gaia_source")
    assert refused.position == Position(1, 13, 20)


@pytest.mark.parametrize(
    "query",
    [
        "select RA from GAIA_DR3_G10.Gaia_Source",
        "SELECT gaia_source.ra FROM gaia_source",
        "SELECT gaia_dr3_g10.gaia_source.ra FROM gaia_dr3_g10.gaia_source",
        "SELECT GAIA_DR3_G10.GAIA_SOURCE.RA FROM gaia_source",
        'SELECT "ra" FROM "gaia_dr3_g10"."gaia_source"',
        "SELECT X.ra FROM gaia_source AS x",
        'SELECT "A b".ra FROM gaia_source AS "A b"',
        "SELECT s.ra FROM (SELECT ra FROM gaia_source) AS s",
        "SELECT ra FROM (SELECT * FROM gaia_source)",
        "SELECT q.ra FROM (SELECT ra AS x FROM gaia_source) AS q(ra)",
        "WITH w AS (SELECT ra FROM gaia_source) SELECT W.ra FROM w",
        "WITH w (ra) AS (SELECT dec FROM gaia_source) SELECT ra FROM w AS v",
        "SELECT ra FROM ((gaia_source))",
        "SELECT ra FROM (gaia_source AS g)",
    ],
)
def test_a_name_is_found(query: str, read: Read) -> None:
    assert [column.name.lower() for column in read(query).columns] == ["ra"]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ('SELECT "RA" FROM gaia_source', "no column RA"),
        ('SELECT ra FROM "GAIA_SOURCE"', "no table GAIA_SOURCE"),
        ("SELECT gaia_source.ra FROM gaia_source AS g", "names no table gaia_source"),
        ("SELECT ra FROM gaia_source AS a, gaia_source AS b", "ra is ambiguous here: write a.ra or b.ra"),
        ("SELECT ra FROM gaia_source JOIN hip2 ON 1 = 1", "ambiguous"),
        ("SELECT gaia_source.ra FROM gaia_source, gaia_source", "stands for two tables"),
        ("SELECT x.ra FROM gaia_source AS x, hip2 AS x", "stands for two tables"),
        ("SELECT a FROM (SELECT ra AS a, dec AS a FROM gaia_source) AS s", "ambiguous"),
        ("SELECT ra AS x FROM gaia_source WHERE x > 1", "no column x"),
        ("SELECT b.ra FROM gaia_source AS a, (SELECT a.ra FROM hip2) AS b", "names no table a"),
        ("SELECT a.ra FROM gaia_source AS a JOIN hip2 AS b ON c.ra = 1, hip2 AS c", "names no table c"),
        ("SELECT * FROM gaia_source AS g(a, b)", "Only a subquery"),
        ("SELECT * FROM (SELECT ra FROM gaia_source) AS g(a, b)", "2 names are given for 1 columns"),
        ("WITH a AS (SELECT ra FROM hip2), A AS (SELECT ra FROM hip2) SELECT * FROM a", "names A twice"),
        ("WITH a AS (SELECT ra FROM b), b AS (SELECT ra FROM hip2) SELECT * FROM a", "no table b"),
        ("SELECT hip FROM hip2 NATURAL JOIN gaia_source ON 1 = 1", "neither ON nor USING"),
        ("SELECT * FROM hip2 JOIN gaia_source USING (hip)", "not in both"),
        ("SELECT x.* FROM gaia_source AS g", "names no table x"),
        ("SELECT ra FROM catalog.gaia_dr3_g10.gaia_source", "no table"),
    ],
)
def test_a_name_is_refused(query: str, said: str, read: Read) -> None:
    assert said in _refusal(read, query).message


def test_a_quoted_name_is_told_from_one_of_other_case(answer: Answer) -> None:
    rows = answer('SELECT "Ra", "size", "with space" FROM odd."Mixed Case" ORDER BY "Ra"')
    assert rows == [(1.5, 10, 20), (2.5, 30, 40)]
    assert answer('SELECT "A", "a" FROM (SELECT 1 AS "A", 2 AS "a" FROM odd."Mixed Case") AS s')[0] == (1, 2)


def test_a_name_that_the_engine_would_take_for_a_file_is_only_a_name(answer: Answer) -> None:
    assert answer('SELECT "x.parquet".hip AS "/etc/passwd" FROM hip2 AS "x.parquet" WHERE hip = 1') == [(1,)]
    assert answer('SELECT hip AS "a""b; DROP" FROM hip2 WHERE hip = 1') == [(1,)]
    assert answer("WITH scan_1 AS (SELECT hip FROM hip2) SELECT hip FROM scan_1 WHERE hip = 1") == [(1,)]


def test_a_column_of_using_stands_in_the_answer_once(read: Read, answer: Answer) -> None:
    sides = "(SELECT hip, name FROM hip2) AS a JOIN (SELECT hip, parallax FROM hip2) AS b"
    query = f"SELECT * FROM {sides} USING (hip)"
    assert [column.name for column in read(query).columns] == ["hip", "name", "parallax"]
    natural = query.replace(" USING (hip)", "").replace("JOIN", "NATURAL JOIN")
    assert sorted(answer(query), key=str) == sorted(answer(natural), key=str)


@pytest.mark.parametrize(
    ("side", "expected"),
    [
        ("", [(2,), (3,), (4,)]),
        ("LEFT", [(1,), (2,), (3,), (4,)]),
        ("RIGHT", [(2,), (3,), (4,), (5,)]),
        ("FULL OUTER", [(1,), (2,), (3,), (4,), (5,)]),
    ],
)
def test_a_column_of_using_has_the_value_of_the_side_that_is_there(
    side: str, expected: list[tuple[int]], answer: Answer
) -> None:
    shifted = "(SELECT hip + 1 AS hip FROM hip2) AS b"
    assert answer(f"SELECT hip FROM hip2 AS a {side} JOIN {shifted} USING (hip) ORDER BY hip") == expected


def test_a_side_can_still_be_named_after_using(answer: Answer) -> None:
    shifted = "(SELECT hip + 1 AS hip FROM hip2) AS b"
    rows = answer(f"SELECT a.hip, b.hip FROM hip2 AS a LEFT JOIN {shifted} USING (hip) ORDER BY 1")
    assert rows == [(1, None), (2, 2), (3, 3), (4, 4)]


def test_a_comma_binds_less_than_a_join(answer: Answer) -> None:
    query = """SELECT a.hip, b.hip AS b, c.hip AS c FROM hip2 AS a, hip2 AS b
    RIGHT JOIN hip2 AS c ON b.hip = c.hip AND b.hip < 2 WHERE a.hip = 1 ORDER BY c"""
    assert answer(query) == [(1, 1, 1), (1, None, 2), (1, None, 3), (1, None, 4)]


def test_a_subquery_sees_the_names_around_it(answer: Answer) -> None:
    assert answer("SELECT hip FROM hip2 AS a WHERE EXISTS (SELECT * FROM hip2 WHERE hip = a.hip + 3)") == [
        (1,)
    ]
    rows = answer(
        """SELECT hip, (SELECT MAX(b.hip) FROM hip2 AS b WHERE b.hip < a.hip) AS m
        FROM hip2 AS a ORDER BY 1"""
    )
    assert rows == [(1, None), (2, 1), (3, 2), (4, 3)]


def test_a_name_inside_a_subquery_hides_the_one_around_it(answer: Answer) -> None:
    assert answer("SELECT hip FROM hip2 WHERE hip IN (SELECT hip FROM hip2 WHERE hip = 2)") == [(2,)]


def test_a_with_query_hides_a_table_and_can_be_used_twice(answer: Answer) -> None:
    query = """WITH hip2 AS (SELECT hip FROM hipparcos.hip2 WHERE hip < 3)
    SELECT a.hip, b.hip FROM hip2 AS a, hip2 AS b WHERE a.hip <> b.hip ORDER BY 1"""
    assert answer(query) == [(1, 2), (2, 1)]


def test_quotes_around_schema_and_table_together_are_told(read: Read) -> None:
    with pytest.raises(UnknownTable) as refused:
        read('SELECT ra FROM "gaia_dr3_g10.gaia_source"')
    assert refused.value.message == (
        'There is no table of the one name "gaia_dr3_g10.gaia_source": '
        "write gaia_dr3_g10.gaia_source, or quotes around each part."
    )
    assert refused.value.suggestion == "gaia_dr3_g10.gaia_source"
    assert refused.value.position is not None
    assert refused.value.position.column == 16
