"""Forms of queries: what was understood of a text holds for texts that differ from it in some numbers only.

Clients ask for one object after the other, one cone, or a list of objects, in the same words. No text is
understood here: it is cut at its numbers, and the rest is compared, letter by letter. What the numbers of a
form mean is looked for when a text of it has been understood, among what was understood.
"""

from __future__ import annotations

import math
import re
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ..adql import Language
from ..models import Comparison, HatsTable, IdentifierFilter, Pick, Region, Scan, Statement
from .cutting import HOLE, LIST, Cut, cut

__all__ = ["Forms"]

_MOST = 512
_WIDEST_DEG = 90.0
_FARTHEST_DEG = 720.0
# What larger whole numbers are compared as depends on what stands beside them.
_EXACT = 2**53

# In a form no two spaces stand side by side: there is one way only to match these, however long it is.
_SIGNED = rf" ?(-?) ?({HOLE}) ?"
_PLACE = rf"{_SIGNED},{_SIGNED}"
_FRAME = r"(?: ?'[^']*' ?,)?"
_COLUMNS = rf"[^(),{HOLE}]*+,[^(),{HOLE}]*+,"
# A radius may be computed (1/3600.): its numbers stay as they are.
_RADIUS = rf"(?:{_SIGNED}|[^,()]*+)"
# What stands after a number that is all of one side of a comparison, in a row of ANDs.
_END = r"(?=\)|AND\b|LIMIT\b|\Z)"
_NEARER = rf"\) ?<=?{_SIGNED}{_END}"
_CIRCLES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\bCIRCLE ?\({_FRAME}{_PLACE},{_RADIUS}\)",
        rf"\bQ3C_RADIAL_QUERY ?\({_COLUMNS}{_PLACE},{_RADIUS}\)",
        rf"\bDISTANCE ?\({_COLUMNS}{_PLACE}{_NEARER}",
        rf"\bPOINT ?\({_FRAME}{_PLACE}\) ?{_NEARER}",
    )
)
_COMPARED = re.compile(
    rf"""(?P<name>\b\w++|"[^"{HOLE}]*+") ?"""
    rf"(?:(?P<sign><>|!=|<=|>=|[<>=]){_SIGNED}|BETWEEN\b{_SIGNED}AND\b{_SIGNED}){_END}",
    re.IGNORECASE,
)
_LISTED = re.compile(rf"(?P<name>\b\w++) ?IN ?\({LIST} ?\) ?{_END}", re.IGNORECASE)
_WHOLE = re.compile(r"[0-9]+\Z")


@dataclass(frozen=True)
class _Role:
    """Which number of a text means something, and whether it is a negative one."""

    number: int
    is_negative: bool

    def of(self, numbers: list[str]) -> float:
        """Return what it means in a text with these numbers."""
        value = float(numbers[self.number])
        return -value if self.is_negative else value

    def whole(self, numbers: list[str]) -> int | None:
        """Return what it means as a whole number of 64 bits; None if it is none."""
        text = numbers[self.number]
        if not _WHOLE.match(text):
            return None
        value = -int(text) if self.is_negative else int(text)
        return value if -(2**63) < value < 2**63 else None

    def constant(self, numbers: list[str]) -> float | int | None:
        """Return what it means as a query's author wrote it, whole or not; None if it is too large."""
        if _WHOLE.match(numbers[self.number]):
            return self.whole(numbers)
        value = self.of(numbers)
        return value if math.isfinite(value) else None


@dataclass(frozen=True)
class _Roles:
    """What numbers of a form mean: a circle's two or three, or the identifier; others, by comparisons.

    Where the identifiers are those of the list, `is_listed` says so, and no number is picked.
    """

    picked: tuple[_Role, ...]
    compared: tuple[_Role, ...] = ()
    is_listed: bool = False


_Key = tuple[str, Language, _Roles, tuple[str, ...]]
"""A form, its language, what its numbers mean, and those that stay as they are."""


class Forms:
    """Remembers queries that pick rows, by their form; safe to be asked by one thread only.

    Parameters
    ----------
    most
        How many are remembered.
    """

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._roles: dict[tuple[str, Language], _Roles] = {}
        # By the roles as well: what was remembered when numbers had others does not hold for these.
        self._known: OrderedDict[_Key, Statement] = OrderedDict()
        # How long a query with a list may be is known to whoever understands it.
        self._longest_bytes = 0

    def find(self, text: str, language: Language) -> Statement | None:
        """Return the statement of a text, without its SQL, if its form is known.

        It may stand for rows that cannot be picked after all; then the text has to be understood.
        """
        parts = cut(text)
        # What the numbers of a form mean was found out when it was learnt: of no other is it asked.
        if parts is None or (roles := self._roles.get((parts.form, language))) is None:
            return None
        if parts.listed is not None and len(text.encode()) > self._longest_bytes:
            return None
        known = self._known.get((parts.form, language, roles, _besides(parts.numbers, roles)))
        return _with_numbers(known, parts, roles) if known else None

    def learn(self, text: str, language: Language, statement: Statement) -> None:
        """Remember what a text has been understood as, if it picks rows of a table."""
        parts = cut(text)
        if statement.pick is None or parts is None or len(statement.scans) != 1:
            return
        if (roles := _roles(parts, statement.pick, statement.scans[0].identifiers)) is None:
            return
        bare = replace(statement, sql="")
        storage = statement.scans[0].table.storage
        # Whatever the text says, its numbers have to mean what they are taken for.
        if not isinstance(storage, HatsTable) or bare != _with_numbers(bare, parts, roles):
            return
        if len(self._roles) >= self._most:
            self.forget()
        if roles.is_listed:
            bare = _without_values(bare)
            self._longest_bytes = max(self._longest_bytes, len(text.encode()))
        self._roles[parts.form, language] = roles
        self._known[parts.form, language, roles, _besides(parts.numbers, roles)] = bare
        if len(self._known) > self._most:
            self._known.popitem(last=False)

    def forget(self) -> None:
        """Forget all of them."""
        self._roles.clear()
        self._known.clear()


def _roles(parts: Cut, pick: Pick, identifiers: IdentifierFilter | None) -> _Roles | None:
    """Return which numbers of a form say what is picked.

    Where it is not clear which those are that columns are compared with, they are none; then a form with
    an identifier has none at all.
    """
    form = parts.form
    compared = list(_compared(form))
    said = [(one.column.lower(), one.sign) for one in pick.comparisons if one.number is not None]
    circles = [match for pattern in _CIRCLES for match in pattern.finditer(form)]
    if identifiers is None:
        if len(circles) != 1:
            return None
        groups = (1, 3, 5) if circles[0][6] else (1, 3)
        around = tuple(_role(form, circles[0], group) for group in groups)
        is_clear = [one for one, _ in compared] == said
        return _Roles(around, tuple(role for _, role in compared) if is_clear else ())
    column = identifiers.column.lower()
    if parts.listed is not None:
        listed = _LISTED.search(form)
        is_clear = listed is not None and listed["name"].lower() == column and not circles
        is_clear = is_clear and [one for one, _ in compared] == said
        return _Roles((), tuple(role for _, role in compared), is_listed=True) if is_clear else None
    wanted = (column, "=")
    equal = tuple(role for one, role in compared if one == wanted)
    others = [(one, role) for one, role in compared if one != wanted]
    if circles or len(equal) != 1 or [one for one, _ in others] != said:
        return None
    return _Roles(equal, tuple(role for _, role in others))


def _compared(form: str) -> Iterator[tuple[tuple[str, str], _Role]]:
    """Yield the columns, signs and numbers of the comparisons of a form, in their order."""
    for match in _COMPARED.finditer(form):
        name, sign = match["name"].strip('"').lower(), match["sign"]
        if sign is not None:
            yield (name, "<>" if sign == "!=" else sign), _role(form, match, 3)
        else:
            yield (name, ">="), _role(form, match, 5)
            yield (name, "<="), _role(form, match, 7)


def _role(form: str, match: re.Match[str], group: int) -> _Role:
    return _Role(form.count(HOLE, 0, match.start(group + 1)), match[group] == "-")


def _besides(numbers: list[str], roles: _Roles) -> tuple[str, ...]:
    """Return the numbers that stay as they are."""
    meant = {role.number for role in (*roles.picked, *roles.compared)}
    return tuple(text for number, text in enumerate(numbers) if number not in meant)


def _without_values(statement: Statement) -> Statement:
    """Return a statement with one identifier only, in the place of many."""
    scan = statement.scans[0]
    assert scan.identifiers is not None
    few = replace(scan.identifiers, values=scan.identifiers.values[:1])
    return replace(statement, scans=(replace(scan, identifiers=few),))


def _with_numbers(statement: Statement, parts: Cut, roles: _Roles) -> Statement | None:
    """Return a statement for other numbers; None where these have to be looked at."""
    scan, pick, numbers = statement.scans[0], statement.pick, parts.numbers
    if roles.is_listed:
        changed = _with_values(scan, parts.whole_numbers())
    elif len(roles.picked) == 1:
        number = roles.picked[0].whole(numbers)
        changed = _with_values(scan, None if number is None else (number,))
    else:
        changed = _around(scan, numbers, roles.picked)
    if changed is None or pick is None:
        return None
    if roles.compared:
        comparisons = _comparisons(pick.comparisons, numbers, roles.compared)
        if comparisons is None:
            return None
        pick = replace(pick, comparisons=comparisons)
    return replace(statement, scans=(changed,), pick=pick)


def _comparisons(
    known: tuple[Comparison, ...], numbers: list[str], roles: tuple[_Role, ...]
) -> tuple[Comparison, ...] | None:
    """Return comparisons with other numbers; None where one of these has to be looked at."""
    changed: list[Comparison] = []
    left = iter(roles)
    for one in known:
        number = None if one.number is None else next(left).constant(numbers)
        if (number is None) != (one.number is None) or (isinstance(number, int) and abs(number) >= _EXACT):
            return None
        # What equals a whole number may be an identifier.
        if one.sign == "=" and type(number) is not type(one.number):
            return None
        changed.append(replace(one, number=number))
    return tuple(changed)


def _with_values(scan: Scan, values: tuple[int, ...] | None) -> Scan | None:
    known = scan.identifiers
    if known is None or not isinstance(known.values[0], int) or values is None:
        return None
    return replace(scan, identifiers=IdentifierFilter(known.column, values))


def _around(scan: Scan, numbers: list[str], roles: tuple[_Role, ...]) -> Scan | None:
    if scan.region is None or scan.region.kind != "circle":
        return None
    ra, dec, *given = (role.of(numbers) for role in roles)
    radius = given[0] if given else scan.region.values[2]
    if not (abs(ra) <= _FARTHEST_DEG and abs(dec) <= 90 and 0 <= radius <= _WIDEST_DEG):
        return None
    return replace(scan, region=Region("circle", (ra % 360.0, dec, radius)))
