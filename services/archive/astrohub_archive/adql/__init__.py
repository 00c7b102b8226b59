"""The ADQL front end: from a query's text to engine SQL over named scans, or one sentence why not.

`understand` is the face. Its steps, in order, each in a file of its own (`README.md` says more)::

    bounds      how long, how deep and how many-worded a text may be
    dialect     what sqlglot reads as ADQL 2.1
    syntax      text to tree; faults as sentences with a position
    allowed     the nodes and clauses that a tree may hold; everything else is refused
    queries     SELECT, set operations and WITH, over
                  tables       FROM and its joins
                  sources      which name means which column
                  expressions  operators and predicates
                  functions    what may be called, and what the engine calls it
                  geometry     POINT, CIRCLE, BOX, POLYGON as arithmetic
    regions     what the planner may conclude from WHERE
    results     names and metadata of the answer's columns
"""

from .understanding import understand

__all__ = ["understand"]
