"""Expressions by a grammar: values of each kind, and conditions, over the columns of a scope."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from .places import Place, geometric_condition, geometric_value
from .trees import Query, Term

__all__ = ["Known", "Scope", "Terms", "literal"]

_NUMBERS = ("int", "real", "dbl")
_PATTERNS = ("a%", "A%", "%l%", "_b", "%é%", "É%", "100%", "a_b", "%\\%", "%", "", "%Æ%", "___", "%'%")
_TEXTS = ("alpha", "g", "", "O'Neill", "étoile", "日本", "🔭", "100%", "a_b", "back\\slash", "zz")
_TIMES = ("2016-01-01T00:00:00", "2016-01-05", "2016-01-09 12:30:00", "2016-01-03T00:00:00.000001")
_UNITS = {
    "deg": (("arcsec", 3600.0), ("rad", 0.017453292519943295), ("arcmin", 60.0)),
    "mas": (("arcsec", 1e-3), ("deg", 1 / 3.6e6)),
    "mas/yr": (("arcsec/yr", 1e-3), ("deg/yr", 1 / 3.6e6)),
    "mJy": (("Jy", 1e-3), ("uJy", 1e3)),
    "km": (("m", 1e3), ("Mm", 1e-3)),
}
"""Factors from the definitions of the units, not from the archive's table."""


@dataclass(frozen=True)
class Known:
    """A column that can be named; `steps`: multiples of 1/4 and no NaN; `unit` as the archive knows it."""

    term: Term
    steps: bool = False
    unit: str | None = None

    @property
    def is_large(self) -> bool:
        """Say whether values are too near the bounds of 64 bits for sums."""
        return self.term.args[1] in ("big", "id")

    @property
    def kind(self) -> str:
        """Return the kind of its values."""
        return self.term.kind


@dataclass(frozen=True)
class Scope:
    """What names mean in one place: columns, and positions of tables that stand in FROM."""

    columns: tuple[Known, ...]
    places: tuple[Place, ...] = ()
    outer: Scope | None = field(default=None, repr=False)


def literal(value: object, kind: str) -> Term:
    """Return a value as a term."""
    return Term("lit", (value,), kind)


class Terms:
    """Makes expressions over one scope.

    Parameters
    ----------
    dice
        What decides.
    scope
        What can be named.
    inner
        Makes a query of one column of a kind (or of any columns: None) that may name outer columns;
        the flag says that it must return one row.
    """

    def __init__(
        self, dice: random.Random, scope: Scope, inner: Callable[[str | None, Scope, bool], Query] | None
    ) -> None:
        self._dice = dice
        self.scope = scope
        self._inner = inner
        self._sums = 0

    def known(self, kinds: Sequence[str]) -> Known | None:
        """Return some column of one of several kinds."""
        fitting = [known for known in self.scope.columns if known.kind in kinds]
        if self._sums:
            fitting = [known for known in fitting if not known.is_large]
        return self._dice.choice(fitting) if fitting else None

    def value(self, kind: str, depth: int = 2) -> Term:
        """Return an expression of a kind."""
        if kind != "time" and (depth <= 0 or self._dice.random() < 0.3):
            return self._leaf(kind)
        made = {"text": self._text, "bool": self._flag, "time": self._leaf_time}.get(kind, self._number)
        return made(kind, depth)

    def number(self, depth: int = 2) -> Term:
        """Return a number of some kind."""
        return self.value(self._dice.choice(_NUMBERS), depth)

    # ---- values

    def _leaf(self, kind: str) -> Term:
        known = self.known([kind])
        if known is not None and self._dice.random() < 0.8:
            return known.term
        if kind == "int":
            return literal(self._dice.choice([0, 1, 2, 3, -4, 7, 10]), kind)
        if kind == "dbl":
            return literal(self._dice.choice([0.5, 1.5, -2.25, 100.25, 1e-3, 45.0]), kind)
        if kind == "real":
            return Term("cast_real", (literal(self._dice.choice([0.5, 4.25, -1.5]), "dbl"),), kind)
        if kind == "bool":
            return literal(self._dice.choice([True, False]), kind)
        return literal(self._dice.choice(_TEXTS if kind == "text" else _TIMES), kind)

    def _leaf_time(self, kind: str, depth: int) -> Term:
        known = self.known([kind])
        return known.term if known is not None else literal(_TIMES[0], kind)

    def _flag(self, kind: str, depth: int) -> Term:
        return self._leaf(kind)

    def _text(self, kind: str, depth: int) -> Term:
        part = self.value("text", depth - 1)
        choice = self._dice.randrange(6)
        if choice < 2:
            return Term(("lower", "upper")[choice], (part,), kind)
        if choice == 2:
            return Term("concat", (part, self.value("text", depth - 1)), kind)
        if choice == 3:
            return Term("cast_text", (self.value("int", depth - 1),), kind)
        return Term("shorten", (part,), kind) if choice == 4 else self._either(kind, depth)

    def _number(self, kind: str, depth: int) -> Term:
        choice = self._dice.random()
        if choice < 0.35:
            op = self._dice.choice(["add", "sub", "mul", "div"])
            with self._without_large():
                return Term(op, (self.value(kind, depth - 1), self._other(kind, depth)), kind)
        if choice < 0.5:
            return self._either(kind, depth)
        if choice < 0.6 and self._inner is not None and kind != "real":
            return Term("scalar", (self._inner(kind, self.scope, True),), kind)
        if kind == "dbl":
            return self._function(depth)
        if kind == "int":
            return self._whole(depth)
        return Term(self._dice.choice(["abs", "neg", "floor", "ceil"]), (self.value(kind, depth - 1),), kind)

    @contextmanager
    def _without_large(self) -> Iterator[None]:
        """Leave out columns whose sums may be beyond 64 bits: whether these fail is up to the engine."""
        self._sums += 1
        yield
        self._sums -= 1

    def _other(self, kind: str, depth: int) -> Term:
        """Return the second operand; products of whole numbers stay far from the bounds of 64 bits."""
        return (
            literal(self._dice.choice([0, 2, 3, -7]), kind) if kind == "int" else self.value(kind, depth - 1)
        )

    def _whole(self, depth: int) -> Term:
        choice = self._dice.randrange(5)
        steps = [k for k in self.scope.columns if k.steps]
        if choice == 0 and steps:
            return Term("cast_int", (Term("floor", (self._dice.choice(steps).term,), "dbl"),), "int")
        if choice == 1:
            divisor = literal(self._dice.choice([0, 2, 3, -3]), "int")
            return Term("mod", (self.value("int", depth - 1), divisor), "int")
        flag = geometric_value(self._dice, self.scope.places, "int") if choice == 2 else None
        if flag is not None:
            return flag
        with self._without_large():
            return Term(self._dice.choice(["abs", "neg"]), (self.value("int", depth - 1),), "int")

    def _function(self, depth: int) -> Term:
        choice = self._dice.random()
        if choice < 0.2 and (found := geometric_value(self._dice, self.scope.places, "dbl")) is not None:
            return found
        units = [k for k in self.scope.columns if k.unit in _UNITS]
        if choice < 0.3 and units:
            known = self._dice.choice(units)
            return Term("in_unit", (known.term, *self._dice.choice(_UNITS[str(known.unit)])), "dbl")
        steps = [k for k in self.scope.columns if k.steps]
        if choice < 0.4 and steps:
            divisor = literal(self._dice.choice([0.5, 1.5, 2.0, 0.0]), "dbl")
            return Term("mod", (Term("cast_dbl", (self._dice.choice(steps).term,), "dbl"), divisor), "dbl")
        value = self.value("dbl", depth - 1)
        if choice < 0.5:
            op = self._dice.choice(["power", "power", "atan2"])
            exponent = (
                literal(self._dice.choice([2.0, 3.0, 0.5]), "dbl") if op == "power" else self.value("dbl", 0)
            )
            return Term(op, (value, exponent), "dbl")
        if choice < 0.55:
            return Term("pi", (), "dbl")
        if choice < 0.6:
            return Term("cast_dbl", (self.value(self._dice.choice(["int", "real"]), depth - 1),), "dbl")
        if choice < 0.65:
            return Term("exp", (Term("sin", (value,), "dbl"),), "dbl")
        names = ["sqrt", "ln", "log10", "sin", "cos", "tan", "asin", "acos", "atan", "cot", "abs", "floor"]
        names += ["ceil", "degrees", "radians", "round", "round2", "trunc", "trunc2", "neg"]
        return Term(self._dice.choice(names), (value,), "dbl")

    def _either(self, kind: str, depth: int) -> Term:
        choice = self._dice.randrange(4)
        one, other = self.value(kind, depth - 1), self.value(kind, depth - 1)
        if choice == 0:
            return Term("coalesce", (one, other), kind)
        if choice == 1:
            return Term("case_short", (self.condition(depth - 1), one), kind)
        if choice == 2 and (known := self.known(["int", "text", "bool"])) is not None:
            tests = (self._leaf(known.kind), self._leaf(known.kind))
            return Term("case_of", (known.term, tests[0], one, tests[1], other, literal(None, kind)), kind)
        return Term("case", (self.condition(depth - 1), one, other), kind)

    # ---- conditions

    def condition(self, depth: int = 2) -> Term:
        """Return a condition."""
        choice = self._dice.random()
        if depth > 0 and choice < 0.35:
            op = self._dice.choice(["and", "and", "or", "or", "not"])
            parts = [self.condition(depth - 1)]
            return Term(op, (*parts, *([] if op == "not" else [self.condition(depth - 1)])), "bool")
        if choice < 0.5 and (found := geometric_condition(self._dice, self.scope.places)) is not None:
            return found
        if depth > 0 and choice < 0.6 and self._inner is not None:
            return self._with_query()
        return self._plain(depth)

    def _with_query(self) -> Term:
        assert self._inner is not None
        if self._dice.random() < 0.5:
            return Term("exists", (self._inner(None, self.scope, False),), "bool")
        known = self.known(["int", "text", "dbl"])
        if known is None:
            return self._plain(1)
        word = self._dice.choice(["IN", "NOT IN"])
        return Term("in_query", (known.term, word, self._inner(known.kind, self.scope, False)), "bool")

    def _plain(self, depth: int) -> Term:
        choice = self._dice.randrange(9)
        known = self.known(["int", "real", "dbl", "text", "time"])
        if known is None or choice == 0:
            flag = self.known(["bool"])
            if flag is not None:
                return Term(self._dice.choice(["is_true", "is_false"]), (flag.term,), "bool")
        if known is None or choice < 4:
            kind = known.kind if known is not None else "int"
            op = self._dice.choice(["eq", "ne", "lt", "le", "gt", "ge"])
            return Term(op, (self.value(kind, depth), self._leaf(kind)), "bool")
        if choice == 4:
            return Term(self._dice.choice(["null", "not_null"]), (self.value(known.kind, depth),), "bool")
        if choice == 5:
            bounds = (self._leaf(known.kind), self._leaf(known.kind))
            return Term(self._dice.choice(["between", "not_between"]), (known.term, *bounds), "bool")
        if choice == 6 and known.kind not in ("real", "time"):
            listed = [self._literal_like(known) for _ in range(self._dice.randint(1, 4))]
            return Term("list", (self._dice.choice(["IN", "NOT IN"]), known.term, *listed), "bool")
        text = self.known(["text"])
        if text is not None and choice > 6:
            op = self._dice.choice(["like", "ilike", "not_like"])
            pattern = literal(self._dice.choice(_PATTERNS), "text")
            return Term(op, (self.value("text", depth - 1), pattern), "bool")
        return Term("lt", (known.term, self._leaf(known.kind)), "bool")

    def _literal_like(self, known: Known) -> Term:
        if known.kind == "int":
            return literal(self._dice.choice([0, 1, 2, 3, -1, -2, 2**53 + 1, 2**53 + 3, 2**53 + 2]), "int")
        return (
            self._leaf(known.kind) if known.kind != "dbl" else literal(self._dice.choice([0.25, 12.5]), "dbl")
        )
