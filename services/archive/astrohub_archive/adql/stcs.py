"""Regions in words: what STC-S 1.33 says of one shape, and DALI's `shape`.

`Circle ICRS 10 20 0.5`, `POLYGON 1 2 3 4 5 6`: a word, perhaps a frame and a place of reference, and
numbers. Unions, other frames and flavours are not read.
"""

from __future__ import annotations

import re

from .outlines import bound
from .values import text_sql

__all__ = ["XTYPES", "numbers_in", "numbers_of_text"]

XTYPES = ("adql:region", "region", "stc-s", "shape")
"""What the xtype of a column of such texts may be, in small letters."""

_NUMBER = r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"
_FRAME = (
    r"(?:\s+(?:ICRS|UNKNOWNFRAME))?"
    r"(?:\s+(?:GEOCENTER|BARYCENTER|HELIOCENTER|TOPOCENTER|UNKNOWNREFPOS))?(?:\s+SPHERICAL2)?"
)
_COUNTS = (
    rf"(?:POSITION|POINT){_FRAME}(?:\s+{_NUMBER}){{2}}",
    rf"CIRCLE{_FRAME}(?:\s+{_NUMBER}){{3}}",
    rf"BOX{_FRAME}(?:\s+{_NUMBER}){{4}}",
    rf"POLYGON{_FRAME}(?:\s+{_NUMBER}\s+{_NUMBER}){{3,}}",
)
_REGION = rf"\s*(?:{'|'.join(_COUNTS)})\s*"
_EACH = rf"\s({_NUMBER})"


def numbers_in(text: str) -> list[float] | None:
    """Return the numbers of a region in words; None if it is none that is read."""
    if re.fullmatch(_REGION, text, re.IGNORECASE | re.ASCII) is None:
        return None
    return [float(number) for number in re.findall(_EACH, text)]


def numbers_of_text(text: str) -> str:
    """Return the numbers of a region in words as engine SQL of a list; NULL if it is none that is read."""
    found = f"regexp_extract_all(geo_t, {text_sql(_EACH)}, 1)"
    numbers = f"list_transform({found}, lambda geo_w: TRY_CAST(geo_w AS DOUBLE))"
    is_region = f"regexp_full_match(geo_t, {text_sql(_REGION)}, 'i')"
    return bound("geo_t", text, f"CASE WHEN {is_region} THEN {numbers} END")
