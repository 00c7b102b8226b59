"""The statement says what each scan needs: columns, identifiers, part of the sky; and only what is sure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from astrohub_archive.models import IdentifierFilter, Statement

Read = Callable[[str], Statement]
Answer = Callable[[str], list[tuple[Any, ...]]]


@pytest.mark.parametrize(
    ("query", "columns"),
    [
        ("SELECT hip FROM hip2", [("hip",)]),
        ("SELECT name, hip FROM hip2 WHERE parallax > 5 ORDER BY b_v", [("hip", "parallax", "b_v", "name")]),
        ("SELECT COUNT(*) FROM hip2", [()]),
        ("SELECT a.hip FROM hip2 AS a JOIN hip2 AS b USING (hip)", [("hip",), ("hip",)]),
        (
            "SELECT a.hip FROM hip2 AS a WHERE EXISTS (SELECT * FROM hip2 AS b WHERE b.ra = a.dec)",
            [("hip", "dec"), ("ra",)],
        ),
        ("SELECT x FROM (SELECT hip AS x, ra FROM hip2) AS s", [("hip", "ra")]),
        ("SELECT g.* FROM hip2 AS h, (SELECT ra FROM gaia_source) AS g", [(), ("ra",)]),
    ],
)
def test_a_scan_asks_for_the_columns_that_the_query_reads(
    query: str, columns: list[tuple[str, ...]], read: Read
) -> None:
    assert [scan.columns for scan in read(query).scans] == columns


def test_a_star_asks_for_all_columns(read: Read) -> None:
    statement = read("SELECT * FROM gaia_source")
    assert statement.scans[0].columns == tuple(column.name for column in statement.scans[0].table.columns)


def test_scans_are_numbered_in_the_order_of_the_text(read: Read) -> None:
    statement = read("SELECT g.ra FROM gaia_source AS g, hip2 AS h WHERE g.ra IN (SELECT ra FROM hip2)")
    assert [(s.alias, s.table.name) for s in statement.scans] == [
        ("scan_0", "gaia_source"),
        ("scan_1", "hip2"),
        ("scan_2", "hip2"),
    ]
    assert all(f'"{scan.alias}" AS' in statement.sql for scan in statement.scans)


@pytest.mark.parametrize(
    ("condition", "values"),
    [
        ("source_id = 5", (5,)),
        ("5 = source_id", (5,)),
        ("source_id = 4472832130942575872 AND ra > 5", (4472832130942575872,)),
        ("g.source_id IN (1, -2, 3)", (1, -2, 3)),
        ("source_id = 2 + 3", (5,)),
        ("source_id > 5", None),
        ("source_id <> 5", None),
        ("source_id NOT IN (1, 2)", None),
        ("source_id = 5 OR ra > 5", None),
        ("source_id IN (1, ra)", None),
        ("source_id = 5.0", None),
        ("source_id + 0 = 5", None),
        ("ra = 5", None),
    ],
)
def test_the_identifiers_that_can_matter_follow_from_where(
    condition: str, values: tuple[int, ...] | None, read: Read
) -> None:
    found = read(f"SELECT ra FROM gaia_source AS g WHERE {condition}").scans[0].identifiers
    assert found == (IdentifierFilter("source_id", values) if values else None)


def test_ten_thousand_identifiers_are_looked_up_and_compared_exactly(read: Read, answer: Answer) -> None:
    values = [9007199254740993, 13, -1, *range(10**15, 10**15 + 9_997)]
    condition = f"source_id IN ({', '.join(map(str, values))})"
    statement = read(f"SELECT source_id FROM gaia_source WHERE {condition}")
    assert statement.scans[0].identifiers == IdentifierFilter("source_id", tuple(values))
    assert answer(f"SELECT source_id FROM gaia_source WHERE {condition} ORDER BY 1") == [
        (13,),
        (9007199254740993,),
    ]
    assert answer(f"SELECT COUNT(*) FROM gaia_source WHERE NOT {condition}") == [(5,)]
    query = f"""SELECT COUNT(*), COUNT(b.source_id) FROM gaia_source AS a
    LEFT JOIN gaia_source AS b ON a.source_id = b.source_id AND b.{condition}"""
    assert answer(query) == [(7, 2)]
    assert answer(f"SELECT COUNT(*) FROM gaia_source WHERE pmdec IN ({', '.join(map(str, values))})") == [
        (0,)
    ]


@pytest.mark.parametrize(
    ("rest", "restricted"),
    [
        ("gaia_source AS a, gaia_source AS b WHERE <b>", [1]),
        ("gaia_source AS a JOIN gaia_source AS b ON <a>", [0]),
        ("gaia_source AS a LEFT JOIN gaia_source AS b ON <a>", []),
        ("gaia_source AS a LEFT JOIN gaia_source AS b ON <b>", [1]),
        ("gaia_source AS a RIGHT JOIN gaia_source AS b ON <a>", [0]),
        ("gaia_source AS a RIGHT JOIN gaia_source AS b ON <b>", []),
        ("gaia_source AS a FULL JOIN gaia_source AS b ON <b>", []),
        ("gaia_source AS a FULL JOIN gaia_source AS b ON 1 = 1 WHERE <b>", [1]),
        ("(SELECT * FROM gaia_source) AS a WHERE <a>", [0]),
        ("(SELECT ra, -dec AS dec FROM gaia_source) AS a WHERE <a>", []),
        ("(SELECT TOP 5 * FROM gaia_source) AS a WHERE <a>", []),
        ("(SELECT * FROM gaia_source OFFSET 5) AS a WHERE <a>", []),
        ("(SELECT ra, dec FROM gaia_source GROUP BY ra, dec) AS a WHERE <a>", []),
        ("(SELECT ra, dec FROM gaia_source UNION SELECT ra, dec FROM hip2) AS a WHERE <a>", []),
        ("gaia_source AS a WHERE NOT EXISTS (SELECT * FROM hip2 AS b WHERE <a>)", []),
        ("gaia_source AS a WHERE NOT EXISTS (SELECT * FROM hip2 AS b WHERE <b>)", [1]),
        ("gaia_source AS a WHERE 1 = CASE WHEN <a> THEN 1 END", []),
        ("gaia_source AS a WHERE EXISTS (SELECT * FROM hip2 AS b WHERE <a> AND <b>)", [1]),
    ],
)
def test_only_a_condition_that_every_row_must_meet_bounds_a_scan(
    rest: str, restricted: list[int], read: Read
) -> None:
    for name in ("a", "b"):
        rest = rest.replace(f"<{name}>", f"1 = CONTAINS(POINT({name}.ra, {name}.dec), CIRCLE(10, 20, 1))")
    statement = read(f"SELECT a.ra FROM {rest}")
    assert [n for n, scan in enumerate(statement.scans) if scan.region is not None] == restricted


def test_a_condition_on_a_with_query_bounds_nothing_and_one_inside_it_does(read: Read) -> None:
    near = "1 = CONTAINS(POINT(ra, dec), CIRCLE(10, 20, 1))"
    outside = read(f"WITH w AS (SELECT ra, dec FROM gaia_source) SELECT ra FROM w WHERE {near}")
    inside = read(f"WITH w AS (SELECT ra FROM gaia_source WHERE {near}) SELECT ra FROM w")
    assert [statement.scans[0].region is None for statement in (outside, inside)] == [True, False]


def test_the_query_s_own_top_is_told(read: Read) -> None:
    assert read("SELECT TOP 7 ra FROM gaia_source").top == 7
    assert read("SELECT ra FROM gaia_source").top is None
    assert read("SELECT ra FROM (SELECT TOP 7 ra FROM gaia_source) AS s").top is None
    assert read("SELECT TOP 7 ra FROM gaia_source UNION ALL SELECT ra FROM hip2").top is None
    assert read("WITH w AS (SELECT TOP 3 ra FROM hip2) SELECT TOP 7 ra FROM w").top == 7


def test_the_engine_sql_holds_no_word_of_the_query_besides_literals_and_names_of_columns(read: Read) -> None:
    statement = read(
        'SELECT "Ra" AS "drop; table" FROM odd."Mixed Case" AS "read_text(1)" /* comment */ -- more'
    )
    assert statement.sql == 'SELECT "t0"."Ra" AS "drop; table" FROM "scan_0" AS "t0"'
