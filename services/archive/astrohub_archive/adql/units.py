"""Units as VOUnits 1.1 writes them, and the factor from one to another."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

__all__ = ["UnitError", "conversion"]

Dimensions = dict[str, float]


class UnitError(Exception):
    """A unit that is not understood, or that cannot become another."""


_PREFIXES = {
    "y": 1e-24, "z": 1e-21, "a": 1e-18, "f": 1e-15, "p": 1e-12, "n": 1e-9, "u": 1e-6, "m": 1e-3,
    "c": 1e-2, "d": 1e-1, "da": 1e1, "h": 1e2, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15,
    "E": 1e18, "Z": 1e21, "Y": 1e24,
}  # fmt: skip

_RADIAN = math.pi / 180
_JOULE: Dimensions = {"kg": 1, "m": 2, "s": -2}
_WATT: Dimensions = {"kg": 1, "m": 2, "s": -3}

# Name: factor to the base unit, dimensions, whether prefixes may stand before it.
_UNITS: dict[str, tuple[float, Dimensions, bool]] = {
    "m": (1.0, {"m": 1}, True),
    "Angstrom": (1e-10, {"m": 1}, False),
    "angstrom": (1e-10, {"m": 1}, False),
    "AU": (1.495978707e11, {"m": 1}, False),
    "au": (1.495978707e11, {"m": 1}, False),
    "pc": (3.0856775814913673e16, {"m": 1}, True),
    "lyr": (9.4607304725808e15, {"m": 1}, True),
    "solRad": (6.957e8, {"m": 1}, False),
    "g": (1e-3, {"kg": 1}, True),
    "solMass": (1.98840987e30, {"kg": 1}, False),
    "s": (1.0, {"s": 1}, True),
    "min": (60.0, {"s": 1}, False),
    "h": (3600.0, {"s": 1}, False),
    "d": (86400.0, {"s": 1}, True),
    "a": (31557600.0, {"s": 1}, True),
    "yr": (31557600.0, {"s": 1}, True),
    "Hz": (1.0, {"s": -1}, True),
    "rad": (1.0, {"rad": 1}, True),
    "deg": (_RADIAN, {"rad": 1}, True),
    "arcmin": (_RADIAN / 60, {"rad": 1}, True),
    "arcsec": (_RADIAN / 3600, {"rad": 1}, True),
    "mas": (_RADIAN / 3.6e6, {"rad": 1}, False),
    "uas": (_RADIAN / 3.6e9, {"rad": 1}, False),
    "sr": (1.0, {"rad": 2}, True),
    "K": (1.0, {"K": 1}, True),
    "J": (1.0, _JOULE, True),
    "erg": (1e-7, _JOULE, True),
    "eV": (1.602176634e-19, _JOULE, True),
    "W": (1.0, _WATT, True),
    "solLum": (3.828e26, _WATT, False),
    "Jy": (1e-26, {"kg": 1, "s": -2}, True),
    "mag": (1.0, {"mag": 1}, True),
    "A": (1.0, {"A": 1}, True),
    "T": (1.0, {"kg": 1, "s": -2, "A": -1}, True),
    "G": (1e-4, {"kg": 1, "s": -2, "A": -1}, True),
    "pix": (1.0, {"pix": 1}, True),
    "pixel": (1.0, {"pix": 1}, True),
    "ct": (1.0, {"count": 1}, True),
    "count": (1.0, {"count": 1}, True),
    "photon": (1.0, {"photon": 1}, True),
    "adu": (1.0, {"adu": 1}, True),
    "%": (0.01, {}, False),
}

_TOKEN = re.compile(r"\s*(?:(?P<word>[A-Za-z%]+)|(?P<number>\d+(?:\.\d+)?)|(?P<sign>\*\*|[-+.*/^()]))")


def conversion(source: str, target: str) -> float:
    """Return by what a number in unit `source` is multiplied to be one in unit `target`.

    Raises
    ------
    UnitError
        When one of them is no unit, or they measure different things.
    """
    if len(target) > 100:
        raise UnitError("The unit is too long")
    try:
        factor, dimensions = _understood(source)
        target_factor, target_dimensions = _understood(target)
        quotient = factor / target_factor
    except ArithmeticError as e:
        raise UnitError("The unit is too large or too small") from e
    if dimensions != target_dimensions:
        raise UnitError(f"A number in {source or 'no unit'} cannot be converted to {target or 'no unit'}")
    return quotient


def _understood(unit: str) -> tuple[float, Dimensions]:
    tokens = list(_tokens(unit))
    factor = 1.0
    dimensions: Dimensions = {}
    sign, index = 1, 0
    while index < len(tokens):
        kind, text = tokens[index]
        index += 1
        if kind == "sign" and text in (".", "*", "/"):
            sign = -1 if text == "/" else 1
            continue
        if kind == "number":
            unit_factor, unit_dimensions = float(text), Dimensions()
        elif kind == "word":
            unit_factor, unit_dimensions = _named(text, unit)
        else:
            raise UnitError(f"{unit} is not a unit in the words of VOUnits")
        power, index = _power(tokens, index, unit)
        power *= sign
        factor *= unit_factor**power
        for name, exponent in unit_dimensions.items():
            dimensions[name] = dimensions.get(name, 0) + exponent * power
        sign = 1
    return factor, {name: exponent for name, exponent in dimensions.items() if exponent}


def _tokens(unit: str) -> Iterator[tuple[str, str]]:
    position = 0
    text = unit.strip()
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None or found.lastgroup is None:
            raise UnitError(f"{unit[:40]} is not a unit in the words of VOUnits")
        yield found.lastgroup, found[found.lastgroup]
        position = found.end()


def _power(tokens: list[tuple[str, str]], index: int, unit: str) -> tuple[float, int]:
    """Read the exponent after a unit: `m**2`, `m^2`, `s**-1`, `s-1`, `m2`, `m**(0.5)`."""
    start = index
    marked = index < len(tokens) and tokens[index][1] in ("**", "^")
    index += marked
    bracket = index < len(tokens) and tokens[index][1] == "("
    index += bracket
    sign = 1
    if index < len(tokens) and tokens[index][1] in ("-", "+"):
        sign = -1 if tokens[index][1] == "-" else 1
        index += 1
    if index < len(tokens) and tokens[index][0] == "number":
        power = sign * float(tokens[index][1])
        index += 1
        if bracket and (index >= len(tokens) or tokens[index][1] != ")"):
            raise UnitError(f"{unit[:40]} is not a unit in the words of VOUnits")
        if abs(power) > 10:
            raise UnitError(f"{unit[:40]} is not a unit in the words of VOUnits")
        return power, index + bracket
    if index != start:
        raise UnitError(f"{unit[:40]} is not a unit in the words of VOUnits")
    return 1.0, start


def _named(word: str, unit: str) -> tuple[float, Dimensions]:
    if word in _UNITS:
        factor, dimensions, _ = _UNITS[word]
        return factor, dimensions
    for length in (1, 2):
        prefix, rest = word[:length], word[length:]
        if prefix in _PREFIXES and rest in _UNITS and _UNITS[rest][2]:
            factor, dimensions, _ = _UNITS[rest]
            return factor * _PREFIXES[prefix], dimensions
    raise UnitError(f"{word[:40]} is not a unit in the words of VOUnits")
