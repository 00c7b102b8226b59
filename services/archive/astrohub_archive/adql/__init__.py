"""The ADQL front end: from a query's text to engine SQL over named scans, or one sentence why not.

`understand` is the face. Its steps, in order, each one idea a file::

    understanding   the steps in order
    bounds          how long, how deep and how many-worded a text may be
    dialect         what sqlglot reads as ADQL 2.1; vocabulary: what it does not
    syntax          text to tree; faults as sentences with a position (positions)
    allowed         the nodes and clauses that a tree may hold; everything else is refused
    queries         SELECT, set operations and WITH, over
                      tables, joins    FROM
                      sources, scans   which name means which column, and what is needed of a table
                      ordering         ORDER BY, TOP, OFFSET
    expressions     names, literals, arithmetic, CASE, CAST; predicates: conditions (comparisons)
    functions       what may be called, and what the engine calls it (units: IN_UNIT)
    geometry        what is asked of shapes; constructors: POINT, CIRCLE, BOX, POLYGON; stcs: REGION
                      shapes           as conditions of engine SQL
                      overlaps         any two; outlines: what only the engine knows; measures, distant
                      regions          as what the planner may conclude
                      spherical        as numbers
    results         names and metadata of the answer's columns

On the ground: `values` (what an expression becomes), `datatypes`, `nearest` (the name that was meant) and
`writer` (what writes expressions, as the files below it see it).

Nothing of the query's text reaches the engine besides numbers, quoted texts and the quoted names of the
answer's columns: each node of the tree is written anew, and a node that nothing writes is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .languages import Language

if TYPE_CHECKING:
    from .understanding import understand

__all__ = ["Language", "understand"]


def __getattr__(name: str) -> Any:
    # Only interpreters understand; the serving process would load all of sqlglot for nothing.
    if name != "understand":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from .understanding import understand

    return understand
