"""What is not ADQL is answered with its place and a plain sentence."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from astrohub_archive.errors import Position, QueryError
from astrohub_archive.models import Statement

Read = Callable[[str], Statement]


@pytest.mark.parametrize(
    ("text", "sentence", "position"),
    [
        ("SELECT ra dec x FROM t", "x was not expected here.", (1, 15, 16)),
        ("SELECT ra) FROM t", ") was not expected here.", (1, 10, 11)),
        ("SELECT ra,\n  dec)\nFROM t", ") was not expected here.", (2, 6, 7)),
        ("SELECT (ra FROM t", "Before FROM a closing parenthesis is missing.", (1, 12, 16)),
        ("SELECT ra, FROM t", "Before FROM something is missing.", (1, 12, 16)),
        ("SELECT ra,, dec FROM t", "Before , something is missing.", (1, 11, 12)),
        (
            "SELECT ra FROM",
            "The query ends too early: after FROM the name of a table is missing.",
            (1, 11, 15),
        ),
        (
            "SELECT ra FROM t WHERE",
            "The query ends too early: after WHERE something is missing.",
            (1, 18, 23),
        ),
        (
            "SELECT ra FROM t WHERE ra >",
            "The query ends too early: after > something is missing.",
            (1, 27, 28),
        ),
        ("SELECT ra FROM t WHERE > 5", "Before > something is missing.", (1, 24, 25)),
        ("SELECT ra FROM hip2 WHERE ra = 1 AND OR dec = 2", "Before OR something is missing.", (1, 38, 40)),
        ("SELECT FROM hip2", "SELECT needs a column.", (1, 13, 17)),
        ("SELECT ra FROM t LIMIT 20", "ADQL has no LIMIT: write SELECT TOP 20 … instead.", (1, 18, 23)),
        (
            "SELECT ra FROM t ORDER ra",
            "ORDER must be followed by BY; as a name it needs double quotes.",
            (1, 18, 23),
        ),
        ("SELECT ra FROM t WHERE ra == 5", "Before = something is missing.", (1, 28, 29)),
        ("SELECT ra FROM t WHERE a = 'x", "The quote ' that opens here is never closed.", (1, 28, 29)),
        (
            "SELECT 10abc FROM t",
            "10abc is neither a number nor a name: names begin with a letter.",
            (1, 8, 13),
        ),
        ("SELECT CASE WHEN a = 1 THEN 2 FROM t", "After 2 the END of a CASE is missing.", (1, 29, 30)),
        ("SELECT CAST(ra) FROM t", "Before ) AS and a type are missing.", (1, 15, 16)),
        ("SELECT ra FROM a LEFT b", "Before b JOIN is missing.", (1, 23, 24)),
        ("WITH x SELECT 1 FROM t", "Before SELECT an opening parenthesis is missing.", (1, 8, 14)),
        ("DROP TABLE t", "Only queries are answered: begin with SELECT or WITH, not with DROP.", (1, 1, 5)),
        (
            "\n\n  UPDATE t SET x = 1",
            "Only queries are answered: begin with SELECT or WITH, not with UPDATE.",
            (3, 3, 9),
        ),
        (
            "SELECT ra\r\nFROM t;\r\nSELECT 1",
            "One query at a time is answered: remove what follows the semicolon.",
            (2, 7, 8),
        ),
    ],
)
def test_a_fault_is_told_with_its_place(
    text: str, sentence: str, position: tuple[int, int, int], read: Read
) -> None:
    with pytest.raises(QueryError) as refused:
        read(text)
    assert refused.value.message == sentence
    assert refused.value.position == Position(*position)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ra FROM hip2;",
        "SELECT ra FROM hip2 ;\n;  ",
        "-- first\nSELECT ra -- second\nFROM hip2 -- third",
        "SELECT /* any; 'thing' */ ra FROM hip2",
        "select\tra\r\nfrom\fhip2",
        "SELECT ra FROM hip2 WHERE name = 'Привет 🌟 ‘’'",
        "SELECT ra\u00a0FROM hip2",
        "(SELECT ra FROM hip2)",
        "((SELECT ra FROM hip2))",
        "SELECT ra FROM hip2 WHERE (((ra > 1)))",
        "SELECT ra AS year FROM hip2",
        "SELECT ra AS filter FROM hip2 AS sample",
    ],
)
def test_what_is_adql_is_read(text: str, read: Read) -> None:
    assert len(read(text).columns) == 1
