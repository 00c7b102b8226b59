"""A fault put into a good query in a known place is found in that place."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from astrohub_archive.errors import Position, QueryError
from astrohub_archive.models import Statement

Read = Callable[[str], Statement]

_GOOD = """SELECT TOP 5 g.source_id, g.phot_g_mean_mag AS mag
FROM gaia_dr3_g10.gaia_source AS g
WHERE g.phot_g_mean_mag < 5 AND g.dec > 0
ORDER BY g.ra

SELECT hip, ABS(parallax) AS p
FROM hipparcos.hip2
WHERE name LIKE 'A%' OR b_v BETWEEN 0 AND 1

SELECT solution, COUNT(*) AS n, AVG(parallax)
FROM hipparcos.hip2
GROUP BY solution
HAVING AVG(parallax) > 1

SELECT h.hip, g.source_id
FROM hipparcos.hip2 AS h
JOIN gaia_dr3_g10.gaia_source AS g ON DISTANCE(h.ra, h.dec, g.ra, g.dec) < 0.1
WHERE h.parallax IN (1, 2, 3)

SELECT CASE WHEN variable = 1 THEN 'yes' ELSE 'no' END AS v, CAST(hip AS VARCHAR)
FROM hipparcos.hip2
WHERE 1 = CONTAINS(POINT(ra, dec), CIRCLE(10, 20, 1)) AND name IS NOT NULL

WITH bright AS (SELECT ra, dec FROM gaia_dr3_g10.gaia_source WHERE phot_g_mean_mag < 5)
SELECT b.ra
FROM bright AS b
WHERE EXISTS (SELECT hip FROM hipparcos.hip2 AS h WHERE h.dec < b.dec)"""
_EXCHANGED = {
    "source_id": "sorce_id",
    "phot_g_mean_mag": "gmagg",
    "gaia_dr3_g10.gaia_source": "gaia_dr3_g10.gaia_sourc",
    "hipparcos.hip2": "hipparcos.hip3",
    "parallax": "paralax",
    "solution": "solutions",
    "dec": "deec",
    "ABS": "ABSS",
    "AVG": "AVGG",
    "DISTANCE": "DISTANZ",
    "CONTAINS": "CONTAIN",
    "CIRCLE": "CIRCEL",
    "VARCHAR": "VARCHARS",
    "name": "@name",
    "variable": "variable#",
    "hip": "hipp",
    "'A%'": "7",
    "20": "200",
    "ELSE": "ESLE",
    "ra": "raa",
    "b_v": "bv",
    "COUNT": "COUNTT",
    "POINT": "POYNT",
    "'yes'": "1",
    "n": "n;",
}


def _faulty() -> Iterator[tuple[str, int, int]]:
    """Yield queries with one word exchanged, and where the exchanged word begins and ends."""
    for query in _GOOD.split("\n\n"):
        for word, other in _EXCHANGED.items():
            start = query.find(word)
            while start >= 0:
                end = start + len(word)
                around = query[start - 1 : start] + query[end : end + 1]
                if not any(c.isalnum() or c == "_" for c in around):
                    for changed in (query, query.replace(" ", "  "), query.replace("\n", "\n\n-- x\n")):
                        place = start if changed is query else -1
                        if place < 0:
                            before = query[:start]
                            place = len(
                                before.replace(" ", "  ")
                                if changed.count("  ") > 1
                                else before.replace("\n", "\n\n-- x\n")
                            )
                        yield (
                            changed[:place] + other + changed[place + len(word) :],
                            place,
                            place + len(other),
                        )
                start = query.find(word, end)


def _overlaps(text: str, position: Position | None, start: int, end: int) -> bool:
    if position is None:
        return False
    lines = text.split("\n")
    offset = sum(len(line) + 1 for line in lines[: position.line - 1])
    return offset + position.column - 1 < end and start < offset + position.end_column - 1


def test_the_position_of_a_fault_is_that_of_the_word_that_is_wrong(read: Read) -> None:
    faulty = list(_faulty())
    refused = right = 0
    wrong = []
    for text, start, end in faulty:
        try:
            read(text)
        except QueryError as e:
            refused += 1
            if _overlaps(text, e.position, start, end):
                right += 1
            else:
                wrong.append((text[start:end], e.message, e.position))
    assert refused >= 150
    assert right >= 0.95 * refused, wrong
