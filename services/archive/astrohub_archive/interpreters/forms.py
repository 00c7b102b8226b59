"""Forms of queries: what was understood of a text holds for texts that differ from it in some numbers only.

Clients ask for one object after the other, or one cone, in the same words. No text is understood here: it
is cut at its numbers, by one regular expression, and the rest is compared, letter by letter.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass, replace

from ..adql import Language
from ..models import HatsTable, IdentifierFilter, Region, Scan, Statement

__all__ = ["Forms"]

_MOST = 512
_LONGEST = 2_000
_WIDEST_DEG = 90.0
_FARTHEST_DEG = 720.0

_HOLE = "\0"
"""Stands in a form where a number was."""

_TOKEN = re.compile(
    r"""'[^']*' | "[^"]*" | [^\W\d]\w*"""
    r"""| (?P<number>(?<![\w.])(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?(?![\w.]))"""
    r"""| (?P<space>[ \t\r\n]+)"""
    r"""| (?P<odd>\d|--|/\*|\0)""",
    re.VERBOSE,
)
# In a form no two spaces stand side by side: there is one way only to match these, however long it is.
_SIGNED = rf" ?(-?) ?({_HOLE}) ?"
_PLACE = rf"{_SIGNED},{_SIGNED}"
_FRAME = r"(?: ?'[^']*' ?,)?"
_COLUMNS = rf"[^(),{_HOLE}]*+,[^(),{_HOLE}]*+,"
# A radius may be computed (1/3600.): its numbers stay as they are.
_RADIUS = rf"(?:{_SIGNED}|[^,()]*+)"
_NEARER = rf"\) ?<=?{_SIGNED}\Z"
_CIRCLES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\bCIRCLE ?\({_FRAME}{_PLACE},{_RADIUS}\)",
        rf"\bQ3C_RADIAL_QUERY ?\({_COLUMNS}{_PLACE},{_RADIUS}\)",
        rf"\bDISTANCE ?\({_COLUMNS}{_PLACE}{_NEARER}",
        rf"\bPOINT ?\({_FRAME}{_PLACE}\) ?{_NEARER}",
    )
)
_IDENTIFIER = re.compile(rf"={_SIGNED}\Z")
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


class Forms:
    """Remembers queries that pick rows, by their form; safe to be asked by one thread only.

    Parameters
    ----------
    most
        How many are remembered.
    """

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._roles: dict[tuple[str, Language], tuple[_Role, ...]] = {}
        self._known: OrderedDict[tuple[str, Language, tuple[str, ...]], Statement] = OrderedDict()

    def find(self, text: str, language: Language) -> Statement | None:
        """Return the statement of a text, without its SQL, if its form is known.

        It may stand for rows that cannot be picked after all; then the text has to be understood.
        """
        cut = _cut(text)
        # What the numbers of a form mean was found out when it was learnt: of no other is it asked.
        if cut is None or (roles := self._roles.get((cut[0], language))) is None:
            return None
        known = self._known.get((cut[0], language, _besides(cut[1], roles)))
        return _with_numbers(known, cut[1], roles) if known else None

    def learn(self, text: str, language: Language, statement: Statement) -> None:
        """Remember what a text has been understood as, if it picks rows of a table."""
        cut = _cut(text)
        if statement.pick is None or cut is None or (roles := _roles(cut[0])) is None:
            return
        bare = replace(statement, sql="")
        storage = statement.scans[0].table.storage
        # Whatever the text says, its numbers have to mean what they are taken for.
        if not isinstance(storage, HatsTable) or bare != _with_numbers(bare, cut[1], roles):
            return
        if len(self._roles) >= self._most:
            self.forget()
        self._roles[cut[0], language] = roles
        self._known[cut[0], language, _besides(cut[1], roles)] = bare
        if len(self._known) > self._most:
            self._known.popitem(last=False)

    def forget(self) -> None:
        """Forget all of them."""
        self._roles.clear()
        self._known.clear()


def _cut(text: str) -> tuple[str, list[str]] | None:
    """Return a text with a hole for each number and one space for several, and the numbers.

    None if it is unusual.
    """
    if len(text) > _LONGEST:
        return None
    text = text.strip()
    pieces: list[str] = []
    numbers: list[str] = []
    end = 0
    for token in _TOKEN.finditer(text):
        kind = token.lastgroup
        if kind == "odd":
            return None
        if kind is None:
            continue
        pieces += (text[end : token.start()], " " if kind == "space" else _HOLE)
        if kind == "number":
            numbers.append(token[0])
        end = token.end()
    return "".join([*pieces, text[end:]]), numbers


def _roles(form: str) -> tuple[_Role, ...] | None:
    """Return which numbers of a form say what is picked: a circle's two or three, or the identifier."""
    matches = [match for pattern in _CIRCLES for match in pattern.finditer(form)]
    if len(matches) == 1:
        groups = (1, 3, 5) if matches[0][6] else (1, 3)
        return tuple(_role(form, matches[0], group) for group in groups)
    found = _IDENTIFIER.search(form)
    return (_role(form, found, 1),) if found and not matches else None


def _role(form: str, match: re.Match[str], group: int) -> _Role:
    return _Role(form.count(_HOLE, 0, match.start(group + 1)), match[group] == "-")


def _besides(numbers: list[str], roles: tuple[_Role, ...]) -> tuple[str, ...]:
    """Return the numbers that stay as they are."""
    meant = {role.number for role in roles}
    return tuple(text for number, text in enumerate(numbers) if number not in meant)


def _with_numbers(statement: Statement, numbers: list[str], roles: tuple[_Role, ...]) -> Statement | None:
    """Return a statement for other numbers; None where these have to be looked at."""
    scan = statement.scans[0]
    changed = _identified(scan, numbers, roles[0]) if len(roles) == 1 else _around(scan, numbers, roles)
    return replace(statement, scans=(changed,)) if changed else None


def _identified(scan: Scan, numbers: list[str], role: _Role) -> Scan | None:
    known, text = scan.identifiers, numbers[role.number]
    if known is None or not isinstance(known.values[0], int) or not _WHOLE.match(text):
        return None
    value = -int(text) if role.is_negative else int(text)
    if not -(2**63) < value < 2**63:
        return None
    return replace(scan, identifiers=IdentifierFilter(known.column, (value,)))


def _around(scan: Scan, numbers: list[str], roles: tuple[_Role, ...]) -> Scan | None:
    if scan.region is None or scan.region.kind != "circle":
        return None
    ra, dec, *given = (role.of(numbers) for role in roles)
    radius = given[0] if given else scan.region.values[2]
    if not (abs(ra) <= _FARTHEST_DEG and abs(dec) <= 90 and 0 <= radius <= _WIDEST_DEG):
        return None
    return replace(scan, region=Region("circle", (ra % 360.0, dec, radius)))
