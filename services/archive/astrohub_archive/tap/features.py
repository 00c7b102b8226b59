"""The parts of ADQL 2.1 that a service may leave out and this one has (ADQL 2.1, §4; TAPRegExt 1.0, §2.3)."""

from __future__ import annotations

__all__ = ["FEATURES"]

_BASE = "ivo://ivoa.net/std/TAPRegExt#features-"

FEATURES: dict[str, tuple[str, ...]] = {
    _BASE + "adqlgeo": ("POINT", "CIRCLE", "BOX", "POLYGON", "CONTAINS", "INTERSECTS", "DISTANCE"),
    _BASE + "adql-string": ("LOWER", "UPPER", "ILIKE"),
    _BASE + "adql-common-table": ("WITH",),
    _BASE + "adql-sets": ("UNION", "EXCEPT", "INTERSECT"),
    _BASE + "adql-type": ("CAST",),
    _BASE + "adql-offset": ("OFFSET",),
}
"""Names by kind of feature. A test asks a query with each.

COALESCE is understood as well, but its kind (adql-conditional) came with the last draft of ADQL 2.1:
clients of the years before call it an error, so it is not announced.
"""
