"""What TAP's capabilities announce of each language (TAPRegExt 1.0, §2.3)."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["FEATURES", "LANGUAGES", "SITE_FUNCTIONS", "UDF", "AnnouncedLanguage"]

_BASE = "ivo://ivoa.net/std/TAPRegExt#features-"
UDF = _BASE + "udf"
"""The kind of functions that a site adds."""

FEATURES: dict[str, tuple[str, ...]] = {
    _BASE + "adqlgeo": (
        *("AREA", "BOX", "CENTROID", "CIRCLE", "CONTAINS", "COORD1", "COORD2", "COORDSYS", "DISTANCE"),
        *("INTERSECTS", "POINT", "POLYGON", "REGION"),
    ),
    _BASE + "adql-string": ("LOWER", "UPPER", "ILIKE"),
    _BASE + "adql-common-table": ("WITH",),
    _BASE + "adql-sets": ("UNION", "EXCEPT", "INTERSECT"),
    _BASE + "adql-type": ("CAST",),
    _BASE + "adql-unit": ("IN_UNIT",),
    _BASE + "adql-offset": ("OFFSET",),
}
"""The parts of ADQL 2.1 that a service may leave out, by kind. A test asks a query with each.

COALESCE is understood as well, but its kind (adql-conditional) came with the last draft of ADQL 2.1:
clients of the years before call it an error, so it is not announced.
"""

_STAR = (
    "ra DOUBLE PRECISION, dec DOUBLE PRECISION, parallax DOUBLE PRECISION, pmra DOUBLE PRECISION,"
    " pmdec DOUBLE PRECISION, radial_velocity DOUBLE PRECISION, ref_epoch DOUBLE PRECISION,"
    " out_epoch DOUBLE PRECISION"
)
SITE_FUNCTIONS = {
    "ivo_healpix_index(hpxOrder INTEGER, ra DOUBLE PRECISION, dec DOUBLE PRECISION) -> BIGINT": (
        "The HEALPix cell (nested) of an order, 0 to 29, in which a position lies. The order is a number."
    ),
    "ivo_healpix_index(hpxOrder INTEGER, position POINT) -> BIGINT": (
        "The HEALPix cell (nested) of an order, 0 to 29, in which a position lies. The order is a number."
    ),
    "ivo_healpix_center(hpxOrder INTEGER, hpxIndex BIGINT) -> POINT": (
        "The centre of a HEALPix cell (nested)."
    ),
    f"ivo_epoch_prop({_STAR}) -> DOUBLE PRECISION[6]": (
        "A star at another epoch: ra, dec, parallax, pmra, pmdec, radial_velocity after straight motion"
        " through space. Degrees, mas, mas/yr (pmra with the cosine), km/s, Julian years. NULL motions count"
        " as none."
    ),
    f"ivo_epoch_prop_pos({_STAR}) -> POINT": (
        "The position of a star at another epoch; parallax and radial_velocity may be left out."
    ),
    "ivo_string_agg(expression TEXT, delimiter TEXT) -> TEXT": (
        "The texts of a group as one, in alphabetical order."
    ),
    "ivo_histogram(val REAL, lower REAL, upper REAL, nbins INTEGER) -> INTEGER[]": (
        "How many values of a group are below the lower limit, in each of the bins, and at or above the upper"
        " limit."
    ),
    "ivo_hashlist_has(hashlist TEXT, item TEXT) -> INTEGER": (
        "1 if a word is one of those joined by # in a text, whatever the case."
    ),
    "ivo_hasword(haystack TEXT, needle TEXT) -> INTEGER": "1 if a text holds a word, whatever the case.",
    "ivo_nocasematch(value TEXT, pattern TEXT) -> INTEGER": "1 if value ILIKE pattern.",
    "ivo_interval_overlaps(l1 NUMERIC, h1 NUMERIC, l2 NUMERIC, h2 NUMERIC) -> INTEGER": (
        "1 if the interval from l1 to h1 has something in common with that from l2 to h2."
    ),
    "ivo_interval_has(val NUMERIC, iv INTERVAL) -> INTEGER": "1 if a value lies in a column's interval.",
    "ivo_to_jd(d TIMESTAMP) -> DOUBLE PRECISION": "The Julian date of a time.",
    "ivo_to_mjd(d TIMESTAMP) -> DOUBLE PRECISION": "The modified Julian date of a time.",
}
"""Functions besides those of ADQL: signature and what they return."""

_Q3C = {
    "q3c_radial_query(ra DOUBLE PRECISION, dec DOUBLE PRECISION, center_ra DOUBLE PRECISION,"
    " center_dec DOUBLE PRECISION, radius DOUBLE PRECISION) -> BOOLEAN": "Whether a position is in a cone.",
    "q3c_join(ra1 DOUBLE PRECISION, dec1 DOUBLE PRECISION, ra2 DOUBLE PRECISION, dec2 DOUBLE PRECISION,"
    " radius DOUBLE PRECISION) -> BOOLEAN": "Whether two positions are within a radius of each other.",
    "q3c_dist(ra1 DOUBLE PRECISION, dec1 DOUBLE PRECISION, ra2 DOUBLE PRECISION,"
    " dec2 DOUBLE PRECISION) -> DOUBLE PRECISION": "The distance of two positions.",
    "q3c_poly_query(ra DOUBLE PRECISION, dec DOUBLE PRECISION, corners DOUBLE PRECISION[]) -> BOOLEAN": (
        "Whether a position is in a polygon, given as ARRAY[ra1, dec1, …] of numbers."
    ),
}

_NUMBER = "DOUBLE PRECISION"
_EVERYDAY = {
    f"ceil(x {_NUMBER}) -> {_NUMBER}": "CEILING.",
    f"greatest(a {_NUMBER}, b {_NUMBER}) -> {_NUMBER}": "The largest of several values; NULL is passed over.",
    f"least(a {_NUMBER}, b {_NUMBER}) -> {_NUMBER}": "The smallest of several values; NULL is passed over.",
    "length(t TEXT) -> BIGINT": "How many characters a text has.",
    f"ln(x {_NUMBER}) -> {_NUMBER}": "The natural logarithm.",
    f"log(x {_NUMBER}) -> {_NUMBER}": "The logarithm to the base 10.",
    f"log(b {_NUMBER}, x {_NUMBER}) -> {_NUMBER}": "The logarithm to a base.",
    f"nullif(a {_NUMBER}, b {_NUMBER}) -> {_NUMBER}": "NULL where two values are equal, else the first.",
    f"random() -> {_NUMBER}": "A random number from 0 to 1.",
    f"stddev(x {_NUMBER}) -> {_NUMBER}": "The standard deviation of a sample.",
    f"stddev_pop(x {_NUMBER}) -> {_NUMBER}": "The standard deviation of a whole population.",
    "substring(t TEXT, start INTEGER, length INTEGER) -> TEXT": "A part of a text.",
    f"trunc(x {_NUMBER}, digits INTEGER) -> {_NUMBER}": "TRUNCATE.",
    f"variance(x {_NUMBER}) -> {_NUMBER}": "The variance of a sample.",
}


@dataclass(frozen=True)
class AnnouncedLanguage:
    """One language: its name in LANG, its versions with their identifiers, and what it has."""

    name: str
    versions: tuple[tuple[str, str | None], ...]
    description: str
    features: dict[str, tuple[str, ...]]
    functions: dict[str, str]


LANGUAGES = (
    AnnouncedLanguage(
        "ADQL",
        (("2.0", "ivo://ivoa.net/std/ADQL#v2.0"), ("2.1", "ivo://ivoa.net/std/ADQL#v2.1")),
        "Astronomical Data Query Language",
        FEATURES,
        SITE_FUNCTIONS,
    ),
    AnnouncedLanguage(
        "PostgreSQL",
        (("15", None),),
        "What ADQL has, with LIMIT in place of TOP, value::type, LATERAL subqueries, mydb://table and q3c;"
        " queries only.",
        {},
        SITE_FUNCTIONS | _Q3C | _EVERYDAY,
    ),
)
"""All of them, ADQL first."""
