"""Which queries pick rows of one table, and nothing but that."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from astrohub_archive.adql import Language, understand
from astrohub_archive.catalog import Catalog
from astrohub_archive.models import Comparison, Pick, Statement
from astrohub_archive.settings import Limits

Read = Callable[[str], Statement]

CIRCLE = "CONTAINS(POINT(ra, dec), CIRCLE(10, 20, 0.5))"
NEAR = "DISTANCE(POINT(ra, dec), POINT(10, 20))"


@pytest.mark.parametrize(
    ("query", "pick"),
    [
        (f"SELECT ra, dec FROM gaia_source WHERE 1 = {CIRCLE}", Pick(("ra", "dec"))),
        (f"SELECT dec AS d, g.ra FROM gaia_source AS g WHERE ({CIRCLE} = 1)", Pick(("dec", "ra"))),
        (f"SELECT TOP 5 hip FROM hip2 WHERE {NEAR} <= 0.5", Pick(("hip",))),
        (f"SELECT hip FROM hip2 WHERE {NEAR} < 0.5", Pick(("hip",), is_open=True)),
        (f"SELECT hip FROM hip2 WHERE 0.5 > {NEAR}", Pick(("hip",), is_open=True)),
        (f"(SELECT hip FROM hip2 WHERE 1 = {CIRCLE})", Pick(("hip",))),
        ("SELECT name FROM hip2 WHERE hip = 5", Pick(("name",))),
        ("SELECT name FROM hip2 WHERE 5 = hip", Pick(("name",))),
    ],
)
def test_a_query_that_picks_says_which_columns(query: str, pick: Pick, read: Read) -> None:
    assert read(query).pick == pick


@pytest.mark.parametrize(
    ("condition", "comparisons"),
    [
        (f"1 = {CIRCLE} AND phot_g_mean_mag < 10", [("phot_g_mean_mag", "<", 10)]),
        (f"PMRA >= -1.5 AND {CIRCLE} = 1", [("pmra", ">=", -1.5)]),
        (f"{NEAR} < 0.5 AND 20 > pmra AND -0.5 = g.pmdec", [("pmra", "<", 20), ("pmdec", "=", -0.5)]),
        (f"{NEAR} < 0.5 AND (pmra != 2 AND (pmra <= 5))", [("pmra", "<>", 2), ("pmra", "<=", 5)]),
        (f"1 = {CIRCLE} AND ra BETWEEN 9 AND 10.5", [("ra", ">=", 9), ("ra", "<=", 10.5)]),
        (f"1 = {CIRCLE} AND pmra IS NULL", [("pmra", "IS NULL", None)]),
        (f"1 = {CIRCLE} AND pmra IS NOT NULL", [("pmra", "IS NOT NULL", None)]),
        ("source_id = 5 AND NOT pmra IS NULL", [("pmra", "IS NOT NULL", None)]),
        (
            "source_id < 9 AND source_id = 5 AND source_id = 5.5",
            [("source_id", "<", 9), ("source_id", "=", 5.5)],
        ),
        (f"1 = {CIRCLE}{' AND pmra > 1' * 16}", [("pmra", ">", 1)] * 16),
    ],
)
def test_numbers_may_stand_beside_what_is_picked(
    condition: str, comparisons: list[tuple[str, str, float | None]], read: Read
) -> None:
    pick = read(f"SELECT dec FROM gaia_source AS g WHERE {condition}").pick
    assert pick == Pick(("dec",), "< 0.5" in condition, tuple(Comparison(*one) for one in comparisons))


@pytest.mark.parametrize(
    "condition",
    [
        "pmra < 1 OR pmra > 2",
        "NOT pmra < 1",
        "NOT (pmra IS NOT NULL)",
        "pmra NOT BETWEEN 1 AND 2",
        "pmra BETWEEN 1 AND pmdec",
        "pmra < pmdec",
        "pmra + 1 < 2",
        "pmra < 1 + 1",
        "pmra < -(1)",
        "pmra < CAST(1 AS DOUBLE)",
        "ABS(pmra) < 1",
        "pmra IN (1, 2)",
        "pmra < (SELECT MAX(pmra) FROM gaia_source)",
        "(pmra < 1) IS NULL",
        "1 < 2",
        "source_id = 5",
        "source_id IN (5)",
        "pmra > 1" + " AND pmra > 1" * 16,
    ],
)
def test_other_conditions_beside_it_are_for_the_engine(
    condition: str, catalog: Catalog, limits: Limits
) -> None:
    for place in (f"1 = {CIRCLE}", "source_id = 5"):
        text = f"SELECT ra FROM gaia_source WHERE {place} AND {condition}"
        assert understand(text, catalog, limits).pick is None


def test_texts_flags_and_times_beside_it_are_for_the_engine(catalog: Catalog, limits: Limits) -> None:
    for condition in (
        "name = 'a'",
        "name IS NULL",
        "variable = 1",
        "observed < '2000-01-01'",
        "NOT variable = 1",
    ):
        text = f"SELECT ra FROM hip2 WHERE hip = 5 AND {condition}"
        assert understand(text, catalog, limits).pick is None


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ra FROM gaia_source",
        f"SELECT ra FROM gaia_source WHERE 0 = {CIRCLE}",
        f"SELECT ra FROM gaia_source WHERE 1 <> {CIRCLE}",
        f"SELECT ra FROM gaia_source WHERE NOT 1 = {CIRCLE}",
        f"SELECT ra FROM gaia_source WHERE 1 = {CIRCLE} OR source_id = 5",
        f"SELECT ra FROM gaia_source WHERE 1 = {CIRCLE} AND 1 = {CIRCLE.replace('20', '20.1')}",
        f"SELECT ra FROM gaia_source WHERE {NEAR} > 0.5",
        f"SELECT ra FROM gaia_source WHERE {NEAR} >= 0.5",
        f"SELECT ra FROM gaia_source WHERE {NEAR} < phot_g_mean_mag",
        "SELECT ra FROM gaia_source WHERE 1 = CONTAINS(POINT(ra, dec), CIRCLE(10, 20, pmra))",
        "SELECT ra FROM gaia_source WHERE 1 = CONTAINS(POINT(dec, ra), CIRCLE(10, 20, 1))",
        "SELECT ra FROM gaia_source WHERE 1 = CONTAINS(POINT(ra, dec), BOX(10, 20, 1, 1))",
        "SELECT ra FROM gaia_source WHERE 1 = CONTAINS(POINT(ra, dec), POLYGON(1, 1, 2, 1, 2, 2))",
        "SELECT ra FROM gaia_source WHERE 1 = INTERSECTS(CIRCLE(ra, dec, 0.1), CIRCLE(10, 20, 1))",
        f"SELECT DISTINCT ra FROM gaia_source WHERE 1 = {CIRCLE}",
        f"SELECT ra FROM gaia_source WHERE 1 = {CIRCLE} ORDER BY ra",
        f"SELECT ra FROM gaia_source WHERE 1 = {CIRCLE} OFFSET 1",
        f"SELECT ra + 1 FROM gaia_source WHERE 1 = {CIRCLE}",
        f"SELECT ra, ra FROM gaia_source WHERE 1 = {CIRCLE}",
        f"SELECT 1 FROM gaia_source WHERE 1 = {CIRCLE}",
        f"SELECT COUNT(*) FROM gaia_source WHERE 1 = {CIRCLE}",
        f"SELECT AVG(ra) FROM gaia_source WHERE 1 = {CIRCLE} HAVING COUNT(*) > 1",
        f"SELECT ra FROM gaia_source WHERE 1 = {CIRCLE} GROUP BY ra",
        f"SELECT ra FROM (SELECT ra, dec FROM gaia_source WHERE pmra > 5) AS s WHERE 1 = {CIRCLE}",
        f"SELECT ra FROM (SELECT TOP 5 ra, dec FROM gaia_source) AS s WHERE 1 = {CIRCLE}",
        f"WITH s AS (SELECT ra, dec FROM gaia_source WHERE pmra > 5) SELECT ra FROM s WHERE 1 = {CIRCLE}",
        f"WITH s AS (SELECT ra FROM gaia_source) SELECT ra FROM gaia_source WHERE 1 = {CIRCLE}",
        f"SELECT ra FROM gaia_source WHERE 1 = {CIRCLE} UNION SELECT ra FROM hip2",
        f"(SELECT ra FROM gaia_source WHERE 1 = {CIRCLE}) ORDER BY ra",
        "SELECT g.ra FROM gaia_source AS g, hip2 AS h WHERE g.source_id = 5",
        "SELECT g.ra FROM gaia_source AS g JOIN hip2 AS h ON g.source_id = 5 WHERE h.hip = 5",
        "SELECT (SELECT MAX(ra) FROM hip2) AS m FROM gaia_source WHERE source_id = 5",
        "SELECT ra FROM gaia_source WHERE source_id NOT IN (5, 6)",
        "SELECT ra FROM gaia_source WHERE source_id IN (5, 6) OR ra < 5",
        "SELECT ra FROM gaia_source WHERE (source_id IN (5, 6)) IS NULL",
        "SELECT ra FROM gaia_source WHERE source_id IN (5, ra)",
        "SELECT ra FROM gaia_source WHERE source_id IN (SELECT source_id FROM gaia_source)",
        "SELECT ra FROM gaia_source WHERE source_id = ra",
        "SELECT ra FROM gaia_source WHERE (source_id = 5) IS NULL",
        'SELECT size FROM odd."Mixed Case" WHERE id = 5',
    ],
)
def test_a_query_that_does_more_does_not_pick(query: str, catalog: Catalog, limits: Limits) -> None:
    assert understand(query, catalog, limits).pick is None


@pytest.mark.parametrize(
    ("query", "pick"),
    [
        ("SELECT hip FROM hip2 WHERE q3c_radial_query(ra, dec, 10, 20, 0.5) LIMIT 3", Pick(("hip",))),
        ("SELECT hip FROM hip2 WHERE q3c_radial_query(ra, dec, 10, 20, 0.5) = 't'", Pick(("hip",))),
        ("SELECT hip FROM hip2 WHERE q3c_radial_query(ra, dec, 10, 20, 0.5) = 'f'", None),
        ("SELECT hip FROM hip2 WHERE NOT q3c_radial_query(ra, dec, 10, 20, 0.5)", None),
        ("SELECT hip FROM hip2 WHERE q3c_dist(ra, dec, 10, 20) < 0.5 LIMIT 3 OFFSET 1", None),
    ],
)
def test_q3c_picks_too(query: str, pick: Pick | None, catalog: Catalog, limits: Limits) -> None:
    assert understand(query, catalog, limits, Language.POSTGRESQL).pick == pick
