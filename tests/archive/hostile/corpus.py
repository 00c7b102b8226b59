"""The hostile statements: those that want more than to read, and those that want to read without end."""

from __future__ import annotations

from pathlib import Path

import yaml

__all__ = ["COSTLY", "GREEDY", "REFUSED", "STARS"]

_FILE = Path(__file__).parents[2] / "data" / "hostile.yaml"
STARS = "hipparcos.hip2"

REFUSED: dict[str, list[str]] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
"""What `tests/data/hostile.yaml` holds, refused before anything runs; `postgresql` goes to that language."""

_DEEP = 10_000
_IN = f"hip IN (SELECT hip FROM {STARS} WHERE "
_NESTED = {
    "parentheses": f"SELECT {'(' * _DEEP}1{')' * _DEEP} FROM {STARS}",
    "signs": f"SELECT {'- ' * _DEEP}1 FROM {STARS}",
    "NOT": f"SELECT hip FROM {STARS} WHERE {'NOT ' * _DEEP}hip = 1",
    "calls": f"SELECT {'ABS(' * _DEEP}ra{')' * _DEEP} FROM {STARS}",
    "CASE": f"SELECT {'CASE WHEN ra = 1 THEN ' * _DEEP}1{' END' * _DEEP} FROM {STARS}",
    "subqueries": f"SELECT hip FROM {'(SELECT hip FROM ' * _DEEP}{STARS}{')' * _DEEP}",
    "IN": f"SELECT hip FROM {STARS} WHERE {_IN * 2000}1 = 1{')' * 2000}",
    "joins": f"SELECT 1 FROM {'(' * 2000}{STARS} AS a{f' JOIN {STARS} ON 1 = 1)' * 2000}",
    "WITH": f"{'WITH a AS (' * _DEEP}SELECT hip FROM {STARS}{') SELECT * FROM a' * _DEEP}",
    "comments": f"SELECT {'/*' * _DEEP} 1 {'*/' * _DEEP} FROM {STARS}",
    "unions": f"SELECT hip FROM {STARS}" + f" UNION SELECT hip FROM {STARS}" * 2000,
    "sums": f"SELECT {'+'.join(['ra'] * 10_000)} FROM {STARS}",
    "ORs": f"SELECT hip FROM {STARS} WHERE {' OR '.join(['hip = 1'] * 10_000)}",
    "tables": f"SELECT 1 FROM {', '.join(f'{STARS} AS t{n}' for n in range(500))}",
    "columns": f"SELECT {','.join('*' * 3000)} FROM {STARS}",
    "vertices": f"SELECT AREA(POLYGON({', '.join(['1', '2'] * 5000)})) FROM {STARS}",
    "distances": "SELECT " + "DISTANCE(ra, dec, ra, " * 30 + "dec" + ")" * 30 + f" FROM {STARS}",
    "doubled columns": "WITH a0 AS (SELECT * FROM hipparcos.hip2), "
    + ", ".join(f"a{n} AS (SELECT * FROM a{n - 1} AS x CROSS JOIN a{n - 1} AS y)" for n in range(1, 25))
    + " SELECT COUNT(*) FROM a24",
}
_LONG = {
    "ten megabytes": f"SELECT hip FROM {STARS} WHERE hip IN ({'1,' * 5_000_000}1)",
    "a long text": f"SELECT hip FROM {STARS} WHERE name = '{'x' * 300_000}'",
    "a long name": f'SELECT "{"x" * 199_000}" FROM {STARS}',
    "a long number": f"SELECT {'9' * 150_000} FROM {STARS}",
    "a long list": f"SELECT hip FROM {STARS} WHERE hip IN ({'1,' * 30_000}1)",
    "many quotes": f"SELECT hip FROM {STARS} WHERE name = {chr(39) * 100_001}",
    "an open comment": f"SELECT hip FROM {STARS} /* {'* ' * 50_000}",
}
GREEDY = {**_NESTED, **_LONG}
"""Too deep, too long, too wide: refused by a limit of what may be asked."""

_A, _B, _C = (f"{STARS} AS {alias}" for alias in "abc")
_PAIR = "DISTANCE(a.ra, a.dec, b.ra, b.dec)"


def _doubling() -> str:
    """Return a query of which one expression makes a text of gigabytes."""
    inner = STARS
    for old, new in (("name", "v"), ("v", "u"), ("u", "t"), ("t", "s")):
        inner = f"(SELECT {'||'.join([old] * 64)} AS {new} FROM {inner}) AS of_{new}"
    return f"SELECT COUNT(*) FROM {inner} WHERE s LIKE '%z_z%z'"


COSTLY = {
    "a cross join of billions": f"SELECT COUNT(*) FROM {_A}, {_B}, {_C} WHERE a.ra + b.ra < c.ra",
    "a cross join that is sorted": f"SELECT a.hip, b.ra FROM {_A}, {_B}, {_C} ORDER BY a.ra - b.ra",
    "a cross join that is grouped": f"SELECT a.ra + b.ra AS s, COUNT(*) FROM {_A}, {_B} GROUP BY s",
    "a join by no cell": f"SELECT COUNT(*) FROM {_A} JOIN {_B} ON {_PAIR} < a.ra JOIN {_C} ON a.ra < c.dec",
    "all pairs of the sky": f"SELECT SUM({_PAIR}) FROM {_A} JOIN {_B} ON {_PAIR} < 170 CROSS JOIN {_C}",
    "a subquery for each pair": f"SELECT COUNT(*) FROM {_A}, {_B}"
    f" WHERE EXISTS (SELECT hip FROM {_C} WHERE c.ra < a.ra * b.dec)",
    "a text that doubles in one expression": _doubling(),
    "texts put together": f"SELECT ivo_string_agg(a.name || b.name, 'x') FROM {_A}, {_B}",
    "many bins for each": f"SELECT ivo_histogram(a.ra, 0, 360, 10000) FROM {_A}, {_B} GROUP BY a.hip",
}
"""Allowed, and never done: stopped by the time or the memory that a query may take."""
