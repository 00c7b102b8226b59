"""Joins by position find exactly the pairs that comparing everything with everything finds."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from astrohub_archive.adql import understand
from astrohub_archive.catalog import Catalog
from astrohub_archive.data.healpix import index
from astrohub_archive.models import Column, HatsTable, Nearby, PlainTable, Region, Schema, Statement, Table
from astrohub_archive.settings import Limits
from cdshealpix import nested

Read = Callable[[str], Statement]
Answer = Callable[[str], list[tuple[Any, ...]]]
Floats = np.ndarray[Any, np.dtype[np.float64]]

_ROWS = 600
INNER = "JOIN", "LEFT JOIN", "RIGHT JOIN"


def _sky(rng: np.random.Generator, radius: float) -> Floats:
    """Return positions: most near poles, right ascension 0, the borders of bands and the corners of cells."""
    height = max(4 * radius, 15 / 3600)
    ra, dec = rng.uniform(0, 360, _ROWS), np.degrees(np.arcsin(rng.uniform(-1, 1, _ROWS)))
    close = radius * rng.uniform(-3, 3, (2, _ROWS))
    part = _ROWS // 6
    dec[:part] = 90 - np.abs(close[0][:part])
    dec[part : 2 * part] = -90 + np.abs(close[0][part : 2 * part])
    ra[2 * part : 3 * part] = close[1][2 * part : 3 * part] / np.cos(np.radians(dec[2 * part : 3 * part]))
    borders = np.round((dec[3 * part : 5 * part] + 90) / height) * height - 90
    dec[3 * part : 5 * part] = borders + close[0][3 * part : 5 * part] / 3
    ra[-part:], dec[-part:] = _by_corners(rng, radius, part)
    ra[:4], dec[:4] = [0, 360, 12, -17], [90, -90, 89.999999999, -90]
    return np.stack([ra, np.clip(dec, -90, 90)])


def _by_corners(rng: np.random.Generator, radius: float, count: int) -> tuple[Floats, Floats]:
    """Return positions by the corners of HEALPix cells, a third of them of base pixels; some anywhere."""
    order = max(0, min(14, int(np.log2(1 / (12 * np.radians(radius))))))
    orders = np.array([0] * (count // 3) + [order] * (count // 3))
    corners = [nested.vertices(rng.integers(0, 12 * 4**one, 1), int(one)) for one in orders]
    ra, dec = (np.array([c[axis].deg[0][rng.integers(4)] for c in corners]) for axis in (0, 1))
    dec += radius * rng.uniform(-2, 2, len(ra)) * rng.integers(0, 2, len(ra))
    ra += radius * rng.uniform(-2, 2, len(ra)) / np.maximum(np.cos(np.radians(dec)), radius / 60)
    rest = count - len(ra)
    anywhere = rng.uniform(0, 360, rest), np.degrees(np.arcsin(rng.uniform(-1, 1, rest)))
    return np.append(ra, anywhere[0]), np.append(np.clip(dec, -90, 90), anywhere[1])


def _moved(rng: np.random.Generator, sky: Floats, radius: float) -> Floats:
    """Return positions as far from given ones as the radius, somewhat less and somewhat more."""
    a, d = np.radians(sky)
    center = np.stack([np.cos(d) * np.cos(a), np.cos(d) * np.sin(a), np.sin(d)])
    east = np.stack([-np.sin(a), np.cos(a), np.zeros_like(a)])
    north = np.cross(center.T, east.T).T
    angle = rng.uniform(0, 2 * np.pi, _ROWS)
    reach = np.radians(radius * rng.choice([0, 0.3, 0.999999, 1.000001, 1.3], _ROWS))
    moved = center * np.cos(reach) + (east * np.cos(angle) + north * np.sin(angle)) * np.sin(reach)
    lon = np.degrees(np.arctan2(moved[1], moved[0])) + 360 * rng.integers(0, 2, _ROWS)
    return np.stack([lon, np.degrees(np.arctan2(moved[2], np.hypot(moved[0], moved[1])))])


def _pairs(first: Floats, second: Floats, radius: float) -> set[tuple[int, int]]:
    """Compare everything with everything."""
    (a1, d1), (a2, d2) = np.radians(first), np.radians(second)
    haversine = (
        np.sin((d1[:, None] - d2[None]) / 2) ** 2
        + np.cos(d1)[:, None] * np.cos(d2)[None] * np.sin((a1[:, None] - a2[None]) / 2) ** 2
    )
    found = np.argwhere(haversine <= np.sin(np.radians(radius) / 2) ** 2)
    return {(int(a), int(b)) for a, b in found}


def _engine(first: Floats, second: Floats) -> duckdb.DuckDBPyConnection:
    engine = duckdb.connect()
    for number, (ra, dec) in enumerate((first, second)):
        # No collection has positions beyond a pole.
        cells = index(ra % 360, np.clip(dec, -90, 90))
        rows = pa.table({"source_id": np.arange(_ROWS), "ra": ra, "dec": dec, "_healpix_29": cells})
        engine.register("rows", rows)
        engine.execute(f"CREATE TABLE scan_{number} AS SELECT * FROM rows")
    nan = "'NaN'::DOUBLE"
    nowhere = f"(NULL, 5), (5, NULL), ({nan}, 5), (5, {nan}), (NULL, NULL)"
    # Such rows are in no collection; if they are, the cell that is stored with them means nothing.
    engine.execute(f"INSERT INTO scan_0 SELECT -1, *, 0 FROM (VALUES {nowhere})")
    engine.execute(f"INSERT INTO scan_1 SELECT -2, *, 0 FROM (VALUES {nowhere})")
    return engine


@pytest.mark.parametrize("radius", [0.1 / 3600, 1 / 3600, 4 / 3600, 0.01, 0.5, 3.0, 10.0, 40.0])
@pytest.mark.parametrize("seed", [1, 2])
def test_a_crossmatch_finds_every_pair_and_no_other(radius: float, seed: int, read: Read) -> None:
    rng = np.random.default_rng([seed, int(radius * 1e6)])
    first = _sky(rng, radius)
    second = _moved(rng, first, radius)
    expected = _pairs(first, second, radius)
    assert len(expected) > _ROWS / 3
    engine = _engine(first, second)
    joined = [f"a {join} gaia_source AS b ON DISTANCE(<a>, <b>) <= {radius}" for join in INNER]
    joined += [
        f"a JOIN gaia_source AS b ON 1 = CONTAINS(POINT(<b>), CIRCLE(<a>, {radius}))",
        f"a, gaia_source AS b WHERE 1 = CONTAINS(POINT(<a>), CIRCLE(<b>, {radius}))",
    ]
    own, others = ("a.ra, a.dec", "b.ra, b.dec"), ("0 + a.ra, a.dec", "0 + b.ra, b.dec")
    # Rows by their own positions are found by the cells that are stored with them, by any other ones not.
    forms = [(f.replace("<a>", a).replace("<b>", b), a == own[0]) for a, b in (own, others) for f in joined]
    for form, are_own in forms:
        statement = read(f"SELECT a.source_id, b.source_id FROM gaia_source AS {form}")
        assert ("#cell_" in statement.sql) is (radius <= 10)
        assert ("_healpix_29" in statement.sql) is (are_own and radius < 0.07)
        rows = engine.execute(statement.sql).fetchall()
        matched = [(a, b) for a, b in rows if a is not None and b is not None]
        assert len(matched) == len(set(matched))
        assert set(matched) == expected, form
        alone = sorted(row for row in rows if None in row)
        if "LEFT" in form or "RIGHT" in form:
            side = 1 if "RIGHT" in form else 0
            kept = {pair[side] for pair in expected}
            lonely = [n for n in range(_ROWS) if n not in kept] + [-1 - side] * 5
            assert sorted(row[side] for row in rows if row[1 - side] is None) == sorted(lonely)
        else:
            assert not alone


def test_positions_beyond_a_pole_meet_others_by_either_cells(read: Read) -> None:
    rng = np.random.default_rng(9)
    radius = 10 / 3600
    first, second = (np.stack([rng.uniform(-180, 540, _ROWS), np.zeros(_ROWS)]) for _ in range(2))
    # The side of fewer rows has been moved, a third of it so far that no partner is left.
    first[1] = rng.choice([-1, 1], _ROWS) * (90 + radius * rng.uniform(-2, 2, _ROWS))
    second[1] = rng.choice([-1, 1], _ROWS) * (90 - radius * rng.uniform(0, 2, _ROWS))
    # What stands before the formula: a band of declination.
    beside = np.abs(first[1][:, None] - second[1][None]) <= radius + 1e-9
    expected = {pair for pair in _pairs(first, second, radius) if beside[pair]}
    assert len([a for a, _ in expected if abs(first[1][a]) > 90]) > _ROWS
    engine = _engine(first, second)
    found = {}
    for few in ("a.ra", "0 + a.ra"):
        for many in ("b.ra", "0 + b.ra"):
            near = f"DISTANCE({few}, a.dec, {many}, b.dec) <= {radius}"
            statement = read(
                f"SELECT a.source_id, b.source_id FROM gaia_source AS a JOIN gaia_source AS b ON {near}"
            )
            found[few, many] = set(engine.execute(statement.sql).fetchall())
            assert ("_healpix_29" in statement.sql) is (many == "b.ra")
    assert all(pairs == expected for pairs in found.values())


def test_positions_in_short_numbers_are_found_by_cells_of_longer_ones(limits: Limits) -> None:
    rng = np.random.default_rng(7)
    corners = nested.vertices(rng.integers(0, 12 * 4**14, _ROWS), 14)
    stars = np.stack([corners[0].deg[:, 0], corners[1].deg[:, 0]])
    rounded = stars.astype(np.float32)
    radius = 0.1 / 3600
    partners = _moved(rng, rounded.astype(np.float64), radius)
    engine = duckdb.connect()
    engine.register("a", pa.table({"ra": partners[0], "dec": partners[1], "n": np.arange(_ROWS)}))
    columns = {"ra": rounded[0], "dec": rounded[1], "id": np.arange(_ROWS), "_healpix_29": index(*stars)}
    engine.register("b", pa.table(columns))
    engine.execute("CREATE VIEW scan_0 AS SELECT * FROM a; CREATE VIEW scan_1 AS SELECT * FROM b")
    few = Table("s", "few", tuple(Column(c, "double") for c in ("ra", "dec", "n")), PlainTable(()), rows=1)
    kinds = (Column("ra", "float"), Column("dec", "float"), Column("id", "long"))
    many = Table("s", "many", kinds, HatsTable(Path("/s"), "ra", "dec", ()), rows=2)
    near = f"DISTANCE(f.ra, f.dec, m.ra, m.dec) <= {radius}"
    query = f"SELECT n, id FROM s.few AS f JOIN s.many AS m ON {near}"
    statement = understand(query, Catalog([Schema("s", (few, many))]), limits)
    assert statement.scans[1].columns[-1] == "_healpix_29"
    expected = _pairs(partners, rounded.astype(np.float64), radius)
    assert set(engine.execute(statement.sql).fetchall()) == expected


def test_a_cell_is_taken_only_from_rows_of_the_same_from(answer: Answer) -> None:
    near = "DISTANCE(g.ra, g.dec, h.ra, h.dec) < 0.01"
    partners = f"SELECT COUNT(*) FROM hip2 AS h WHERE {near}"
    query = f"SELECT g.ra, ({partners}) AS n FROM gaia_source AS g GROUP BY g.ra, g.dec"
    assert sorted(n for _, n in answer(query)) == [0, 0, 0, 0, 1, 1, 1]


_JOINS = {
    "HASH_JOIN",
    "BLOCKWISE_NL_JOIN",
    "NESTED_LOOP_JOIN",
    "CROSS_PRODUCT",
    "PIECEWISE_MERGE_JOIN",
    "IE_JOIN",
}


def _operators(engine: duckdb.DuckDBPyConnection, sql: str) -> set[str]:
    """Return the names of the operators that the engine means to use."""
    (plan,) = json.loads(engine.execute(f"EXPLAIN (FORMAT json) {sql}").fetchall()[0][1])
    names, waiting = set(), [plan]
    while waiting:
        node = waiting.pop()
        names.add(node["name"].strip().upper().replace(" ", "_"))
        waiting += node["children"]
    return names


NEAR = "DISTANCE(a.ra, a.dec, b.ra, b.dec) <= 0.01"
MIRRORED = "1 = CONTAINS(POINT(b.ra, b.dec), CIRCLE(a.ra, -a.dec, 0.02))"


def test_a_crossmatch_inside_or_finds_every_pair_once(read: Read) -> None:
    rng = np.random.default_rng(1)
    first = _sky(rng, 0.01)
    # Some lie by their partner and by the mirrored one of another, some have two reasons to be partners.
    second = np.where(rng.random(_ROWS) < 0.5, _moved(rng, first, 0.01), first * [[1], [-1]])
    engine = _engine(first, second)
    near, mirrored = _pairs(first, second, 0.01), _pairs(first * [[1], [-1]], second, 0.02)
    same = {(n, n) for n in range(_ROWS)}
    everything = [*range(_ROWS), *[-2] * 5]
    expected: dict[str, Counter[tuple[int, int]]] = {
        f"{NEAR} OR a.source_id = b.source_id": Counter(near | same),
        f"a.source_id = b.source_id OR {NEAR} OR {MIRRORED}": Counter(near | same | mirrored),
        f"{NEAR} OR ({MIRRORED} AND a.source_id < b.source_id)": Counter(
            near | {(a, b) for a, b in mirrored if a < b}
        ),
        f"{NEAR} OR a.source_id = 7": Counter(near - {(7, b) for b in everything})
        + Counter((7, b) for b in everything),
        f"b.source_id BETWEEN 0 AND 3 AND b.dec IS NOT NULL OR {NEAR}": Counter(
            {(a, b) for a, b in near if b > 3}
        )
        + Counter((a, b) for a in [*range(_ROWS), *[-1] * 5] for b in range(4)),
    }
    assert near & same
    assert mirrored - near - same
    for condition, pairs in expected.items():
        for form in (f"JOIN gaia_source AS b ON {condition}", f", gaia_source AS b WHERE ({condition})"):
            sql = read(f"SELECT a.source_id, b.source_id FROM gaia_source AS a {form}").sql
            assert Counter(engine.execute(sql).fetchall()) == pairs, condition
            assert _operators(engine, sql) & _JOINS == {"HASH_JOIN"}


@pytest.mark.parametrize(
    "form",
    [
        f"LEFT JOIN gaia_source AS b ON {NEAR} OR a.source_id = b.source_id",
        f"JOIN gaia_source AS b ON {NEAR} OR a.ra > b.dec",
        f"JOIN gaia_source AS b ON {NEAR} OR a.ra > RAND()",
        f"LEFT JOIN gaia_source AS b ON a.source_id = b.source_id WHERE {NEAR} OR a.dec < 5",
        f"FULL JOIN gaia_source AS b USING (source_id) WHERE {NEAR} OR b.dec < 5",
        f"RIGHT JOIN gaia_source AS c ON a.ra = c.ra JOIN gaia_source AS b ON {NEAR} OR b.dec < 5",
    ],
)
def test_where_all_must_be_tried_a_crossmatch_inside_or_is_left_as_it_is(form: str, read: Read) -> None:
    assert "#reason_" not in read(f"SELECT a.source_id FROM gaia_source AS a {form}").sql


def test_rows_that_an_outer_join_keeps_stay_where_one_reason_is_of_them_alone(read: Read) -> None:
    stars = _sky(np.random.default_rng(3), 0.01)
    engine = _engine(stars, stars)
    left = "gaia_source AS a LEFT JOIN gaia_source AS b ON a.source_id = b.source_id + 592"
    for alone, kept in (("b.source_id IS NULL", range(590)), ("a.dec > 0", np.flatnonzero(stars[1] > 0))):
        sql = read(f"SELECT a.source_id FROM {left} WHERE {NEAR} OR {alone}").sql
        assert {number for (number,) in engine.execute(sql).fetchall()} >= set(kept), alone


def test_partners_in_subqueries_and_with_are_found(answer: Answer) -> None:
    near = "DISTANCE(g.ra, g.dec, h.ra, h.dec) < 1"
    stars, partners = "FROM gaia_source AS g", "SELECT * FROM hip2 AS h WHERE"
    forms = {
        f"SELECT g.source_id {stars} WHERE EXISTS ({partners} {near})": 4,
        f"SELECT g.source_id {stars} WHERE NOT EXISTS ({partners} {near})": 3,
        f"SELECT g.source_id {stars} WHERE (SELECT COUNT(*) FROM hip2 AS h WHERE {near}) = 1": 4,
        f"WITH h AS (SELECT * FROM hip2) SELECT hip {stars} JOIN h ON {near}": 4,
        f"SELECT hip {stars} JOIN (SELECT TOP 99 * FROM hip2) AS h ON {near}": 4,
        f"SELECT hip FROM (SELECT ra, dec FROM gaia_source) AS g JOIN hip2 AS h ON {near}": 4,
        f"SELECT hip {stars} CROSS JOIN hip2 AS h WHERE {near}": 4,
        f"SELECT hip {stars} FULL JOIN hip2 AS h ON {near}": 9,
    }
    for query, count in forms.items():
        assert len(answer(query)) == count, query


def test_three_tables_meet_by_position(answer: Answer) -> None:
    query = """SELECT a.hip, b.hip, c.source_id FROM hip2 AS a
    JOIN hip2 AS b ON DISTANCE(a.ra, a.dec, b.ra, b.dec) < 1
    LEFT JOIN gaia_source AS c
    ON DISTANCE(a.ra, a.dec, c.ra, c.dec) < 1 AND DISTANCE(b.ra, b.dec, c.ra, c.dec) < 1"""
    assert sorted(answer(query), key=str) == [
        (1, 1, 11),
        (1, 1, 12),
        (2, 2, 4295806720),
        (2, 2, 4472832130942575872),
        (3, 3, None),
        (4, 4, None),
    ]


def test_a_crossmatch_follows_proper_motions(answer: Answer) -> None:
    query = """SELECT g.source_id, h.hip FROM gaia_source AS g JOIN hip2 AS h
    ON DISTANCE(ivo_epoch_prop_pos(g.ra, g.dec, {}, {}, 2016, 1991.25), POINT(h.ra, h.dec)) < 0.01 / 3600"""
    moved = query.format("-13.67", "0")
    assert answer(moved) == [(11, 1)]
    assert answer(query.format("0", "0")) == []


@pytest.mark.parametrize(
    ("rest", "region"),
    [
        ("JOIN gaia_source AS b ON <near> WHERE <a>", Region("circle", (10, 20, 1.5))),
        ("LEFT JOIN gaia_source AS b ON <near> WHERE <a>", Region("circle", (10, 20, 1.5))),
        (", gaia_source AS b WHERE <near> AND <a>", Region("circle", (10, 20, 1.5))),
        ("RIGHT JOIN gaia_source AS b ON <near> WHERE <a>", None),
        ("FULL JOIN gaia_source AS b ON <near> WHERE <a>", None),
        ("JOIN gaia_source AS b ON <near> OR a.hip = 1 WHERE <a>", None),
    ],
)
def test_the_partners_of_a_region_lie_in_a_wider_one(rest: str, region: Region | None, read: Read) -> None:
    rest = rest.replace("<near>", "DISTANCE(a.ra, a.dec, b.ra, b.dec) < 0.5")
    rest = rest.replace("<a>", "1 = CONTAINS(POINT(a.ra, a.dec), CIRCLE(10, 20, 1))")
    assert read(f"SELECT a.ra FROM hip2 AS a {rest}").scans[1].region == region


@pytest.mark.parametrize(
    ("rest", "is_bound"),
    [
        ("JOIN gaia_source AS b ON <near>", True),
        ("LEFT JOIN gaia_source AS b ON <near>", True),
        (", gaia_source AS b WHERE <near> AND b.phot_g_mean_mag < 9", True),
        ("JOIN (SELECT ra, dec FROM gaia_source) AS b ON <near>", False),
        ("RIGHT JOIN gaia_source AS b ON <near>", False),
        ("FULL JOIN gaia_source AS b ON <near>", False),
        ("JOIN gaia_source AS b ON <near> OR a.hip = 1", False),
        ("JOIN gaia_source AS b ON DISTANCE(-a.ra, a.dec, b.ra, b.dec) < 0.01", False),
        ("JOIN gaia_source AS b ON DISTANCE(a.ra, a.dec, b.ra, -b.dec) < 0.01", False),
        ("JOIN gaia_source AS b ON DISTANCE(a.ra, b.dec, b.ra, b.dec) < 0.01", False),
        ("JOIN gaia_source AS b ON DISTANCE(a.ra, a.dec, b.ra, b.dec) < -1", False),
        ("JOIN gaia_source AS b ON <near> WHERE b.source_id = 5", False),
    ],
)
def test_partners_are_looked_for_only_near_positions_of_the_other_table(
    rest: str, is_bound: bool, read: Read
) -> None:
    rest = rest.replace("<near>", "DISTANCE(a.ra, a.dec, b.ra, b.dec) < 0.01")
    scan = read(f"SELECT a.ra FROM hip2 AS a {rest}").scans[1]
    assert scan.nearby == (Nearby("scan_0", "ra", "dec", 0.01) if is_bound else None)


@pytest.mark.parametrize(
    ("rest", "found"),
    [
        ("JOIN gaia_source AS b ON a.source_id = b.source_id WHERE a.source_id = 5", True),
        ("LEFT JOIN gaia_source AS b USING (source_id) WHERE a.source_id IN (5, 6)", True),
        ("JOIN gaia_source AS b USING (source_id) WHERE b.source_id = 5", True),
        (", gaia_source AS b WHERE a.source_id = b.source_id AND a.source_id = 5", True),
        ("RIGHT JOIN gaia_source AS b ON a.source_id = b.source_id WHERE a.source_id = 5", False),
        ("JOIN gaia_source AS b ON a.source_id <> b.source_id WHERE a.source_id = 5", False),
    ],
)
def test_rows_joined_by_identifier_are_looked_up_like_their_partners(
    rest: str, found: bool, read: Read
) -> None:
    scans = read(f"SELECT b.ra FROM gaia_source AS a {rest}").scans
    if "WHERE b." in rest:
        scans = scans[::-1]
    assert scans[0].identifiers is not None
    assert (scans[1].identifiers == scans[0].identifiers) is found
