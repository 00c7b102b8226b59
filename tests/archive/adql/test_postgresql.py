"""The subset of PostgreSQL that is read: what users of q3c write means what it means there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import duckdb
import pytest
from astrohub_archive.adql import Language, understand
from astrohub_archive.catalog import Catalog
from astrohub_archive.errors import QueryError
from astrohub_archive.models import PlainTable, Region, Schema, Statement, Table
from astrohub_archive.settings import Limits

from .conftest import HIPPARCOS, execute

Read = Callable[[str], Statement]
Answer = Callable[[str], list[tuple[Any, ...]]]


@pytest.fixture
def read(catalog: Catalog, limits: Limits) -> Read:
    """Understand a query in PostgreSQL, as a user with one own table."""
    own = Table("mydb", "stars", HIPPARCOS.columns, PlainTable(()))
    known = catalog.with_schema(Schema("mydb", (own,)), qualified_only=True)
    return lambda text: understand(text, known, limits, Language.POSTGRESQL)


@pytest.fixture
def answer(read: Read, database: duckdb.DuckDBPyConnection) -> Answer:
    """Answer a query."""
    database.execute("CREATE VIEW IF NOT EXISTS stars AS SELECT * FROM hip2")
    return lambda text: list(execute(read(text), database).fetchall())


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        ("FROM hip2 ORDER BY hip LIMIT 2", [1, 2]),
        ("FROM hip2 ORDER BY hip LIMIT 2 OFFSET 1", [2, 3]),
        ("FROM hip2 ORDER BY hip OFFSET 1 LIMIT 2", [2, 3]),
        ("FROM (SELECT hip FROM hip2 ORDER BY hip DESC LIMIT 2) AS x ORDER BY hip", [3, 4]),
        ("FROM hip2 WHERE hip < 3 UNION SELECT hip FROM hip2 ORDER BY 1 DESC LIMIT 3", [4, 3, 2]),
        ("FROM hip2 WHERE hip IN (SELECT hip FROM hip2 ORDER BY hip LIMIT 1)", [1]),
        ("FROM hip2 ORDER BY hp_mag DESC LIMIT 2", [3, 2]),
        ("FROM hip2 ORDER BY hp_mag DESC NULLS LAST LIMIT 1", [2]),
        ("FROM hip2 ORDER BY hp_mag LIMIT 1", [1]),
        ("FROM hip2 WHERE q3c_radial_query(ra, dec, 10, 20, 1)", [1]),
        ("FROM hip2 WHERE 't' = Q3C_RADIAL_QUERY(ra, dec, 10, 20, 1)", [1]),
        ("FROM hip2 WHERE q3c_radial_query(ra, dec, 10, 20, 1) = true", [1]),
        ("FROM hip2 WHERE q3c_radial_query(ra, dec, 10, 20, 1) = 'f' ORDER BY 1", [2, 3, 4]),
        ("FROM hip2 WHERE NOT q3c_radial_query(ra, dec, 10, 20, 1) ORDER BY 1", [2, 3, 4]),
        ("FROM hip2 WHERE q3c_dist(ra, dec, 10, 20) < 1", [1]),
        ("FROM hip2 WHERE q3c_poly_query(ra, dec, ARRAY[9, 19, 11, 19, 11, 21, 9, 21])", [1]),
        ("FROM hip2 WHERE q3c_poly_query(ra, dec, '((9,19),(11,19),(11,21),(9,21))'::polygon)", [1]),
        ("FROM hip2 WHERE q3c_poly_query(ra, dec, '{9, 1.9e1, 11, 19, 11, 21}')", [1]),
        ("FROM hip2 WHERE hip::text = '2' AND ra::int = 0", [2]),
        ("FROM mydb://stars WHERE hip = 3", [3]),
        ("FROM mydb://stars AS a JOIN MYDB://stars AS b USING (hip) WHERE hip = 3", [3]),
        ("FROM mydb.stars WHERE name = 'mydb://x' OR hip = 4", [4]),
        ("FROM hip2 WHERE 1 = CONTAINS(POINT(ra, dec), CIRCLE(10, 20, 1))", [1]),
    ],
)
def test_rows(rest: str, expected: list[int], answer: Answer) -> None:
    assert [row[0] for row in answer(f"SELECT hip {rest}")] == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("hip::text", "1"),
        ("(hip + 1)::float8", 2.0),
        ("-1::int4", -1),
        ("'7'::bigint + 1", 8),
        ("'1991-04-02'::timestamp::varchar(10)", "1991-04-02"),
        ("'abc'::character varying(2)", "ab"),
        ("round(ra::numeric, 1)", 10.0),
        ("log(100)", 2.0),
        ("log(2, 8)", 3.0),
        ("log(-1)", None),
        ("ln(1)", 0.0),
        ("ceil(1.2)", 2.0),
        ("trunc(1.29, 1)", 1.2),
        ("greatest(1, NULL, 2.5)", 2.5),
        ("least(hip, 2)", 1),
        ("nullif(hip, 1)", None),
        ("length(name)", 5),
        ("substring(name, 2, 3)", "lph"),
        ("random() < 1", True),
        ("7 / 2", 3),
    ],
)
def test_values(expression: str, expected: object, answer: Answer) -> None:
    assert answer(f"SELECT {expression} FROM hip2 WHERE hip = 1") == [(expected,)]


def test_deviations(answer: Answer) -> None:
    assert answer("SELECT stddev(hip), stddev_pop(hip), variance(hip) FROM hip2 WHERE hip < 3") == [
        (pytest.approx(0.5**0.5), 0.5, 0.5)
    ]


@pytest.mark.parametrize(
    ("join", "expected"),
    [
        ("JOIN gaia_source AS g ON q3c_join(h.ra, h.dec, g.ra, g.dec, 1)", 4),
        ("LEFT JOIN gaia_source AS g ON q3c_join(h.ra, h.dec, g.ra, g.dec, 1)", 6),
        (", gaia_source AS g WHERE q3c_join(h.ra, h.dec, g.ra, g.dec, 1)", 4),
        ("JOIN gaia_source AS g ON 't' = q3c_join(h.ra, h.dec, g.ra, g.dec, 1)", 4),
        ("JOIN gaia_source AS g ON q3c_dist(h.ra, h.dec, g.ra, g.dec) < 1", 4),
    ],
)
def test_a_join_by_q3c_is_a_crossmatch(join: str, expected: int, read: Read, answer: Answer) -> None:
    query = f"SELECT h.hip, g.source_id FROM hip2 AS h {join}"
    assert "#cell_1" in read(query).sql
    assert len(answer(query)) == expected


@pytest.mark.parametrize(
    ("join", "expected"),
    [
        ("CROSS JOIN LATERAL {} AS x", [(1, 11), (2, 4295806720)]),
        (", LATERAL {} AS x", [(1, 11), (2, 4295806720)]),
        ("LEFT JOIN LATERAL {} AS x ON TRUE", [(1, 11), (2, 4295806720), (3, None), (4, None)]),
    ],
)
def test_the_nearest_partner_by_a_lateral_subquery(
    join: str, expected: list[tuple[int, int | None]], answer: Answer
) -> None:
    nearest = """(SELECT g.source_id FROM gaia_source AS g WHERE q3c_join(h.ra, h.dec, g.ra, g.dec, 1)
    ORDER BY q3c_dist(h.ra, h.dec, g.ra, g.dec) LIMIT 1)"""
    query = f"SELECT h.hip, x.source_id FROM hip2 AS h {join.format(nearest)} ORDER BY 1"
    assert answer(query) == expected


def test_a_cone_reads_only_the_files_of_its_part_of_the_sky(read: Read) -> None:
    for condition in (
        "q3c_radial_query(ra, dec, 10, 20, 0.5)",
        "'t' = q3c_radial_query(ra, dec, 10, 20, 0.5)",
        "q3c_radial_query(10, 20, ra, dec, 0.5) AND ra > 5",
    ):
        region = read(f"SELECT ra FROM gaia_source WHERE {condition}").scans[0].region
        assert region == Region("circle", (10, 20, 0.5)), condition
    polygon = "q3c_poly_query(ra, dec, ARRAY[1, 2, 3, 2, 3, 4])"
    region = read(f"SELECT ra FROM gaia_source WHERE {polygon}").scans[0].region
    assert region == Region("polygon", (1, 2, 3, 2, 3, 4))


def test_the_limit_of_the_query_is_told(read: Read) -> None:
    assert read("SELECT ra FROM gaia_source LIMIT 7").top == 7


@pytest.mark.parametrize(
    ("query", "said", "column"),
    [
        ("SELECT TOP 5 ra FROM hip2", "write LIMIT 5 at the end", 8),
        ("SELECT ra FROM hip2 FETCH FIRST 5 ROWS ONLY", "has no FETCH", 21),
        ("SELECT ra FROM hip2 LIMIT -1", "LIMIT takes a whole number", 28),
        ("SELECT rra::int FROM hip2", "did you mean ra?", 8),
        ("SELECT ra FROM mydb://star", "did you mean mydb.stars?", 16),
        ("SELECT ra FROM hip2 WHERE q3c_radial(ra, dec, 1, 2, 3)", "did you mean q3c_radial_query?", 27),
        ("SELECT ra FROM hip2 WHERE q3c_radial_query(ra, dec, 1, 2, -3)", "must not be negative", 60),
        ("SELECT ra FROM hip2 WHERE q3c_poly_query(ra, dec, ARRAY[1, 2])", "3 to 100 pairs", 57),
        ("SELECT ra FROM hip2 WHERE q3c_poly_query(ra, dec, ARRAY[1, 2", "closing bracket", 60),
        ("SELECT ra FROM hip2 WHERE q3c_poly_query(ra, dec, '1 99 2 3 4 5')", "between -90 and 90", 51),
        ("SELECT lateral FROM hip2", "LATERAL stands before", 1),
        ("SELECT h.ra FROM hip2 AS h RIGHT JOIN LATERAL (SELECT 1) AS x ON TRUE", "LATERAL takes", 55),
    ],
)
def test_what_does_not_fit_is_refused_at_its_place(query: str, said: str, column: int, read: Read) -> None:
    with pytest.raises(QueryError) as refused:
        read(query)
    assert said in refused.value.message
    assert "ADQL" not in refused.value.message
    assert refused.value.position is not None
    assert refused.value.position.column == column


def test_adql_stays_what_it_is(catalog: Catalog, limits: Limits) -> None:
    for query in (
        "SELECT ra FROM hip2 LIMIT 5",
        "SELECT ra::int FROM hip2",
        "SELECT ra FROM hip2 WHERE q3c_radial_query(ra, dec, 1, 2, 3)",
        "SELECT ra FROM mydb://stars",
    ):
        with pytest.raises(QueryError):
            understand(query, catalog, limits)
