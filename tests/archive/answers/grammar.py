"""Whole queries by a grammar: joins, subqueries, WITH, set operations, groups, order and cuts."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace

from .places import Place, near
from .tables import TABLES
from .terms import Known, Scope, Terms
from .trees import Item, Join, Order, Query, Select, SetOperation, Source, Sub, Table, Term, With

__all__ = ["generate"]

_KINDS = ("int", "real", "dbl", "text", "bool", "time")


def generate(seed: str) -> Query:
    """Return the query of a seed."""
    return _Grammar(random.Random(seed)).outermost()


class _Grammar:
    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        self._numbers = itertools.count(1)
        self._common: list[tuple[str, tuple[Known, ...]]] = []

    def outermost(self) -> Query:
        """Return a query that stands by itself."""
        choice = self._dice.random()
        if choice < 0.12:
            return self._with()
        body = self._set_operation(None) if choice < 0.24 else self._select(None)
        return self._cut(body)

    # ---- WITH and set operations

    def _with(self) -> With:
        common: list[tuple[str, Query]] = []
        for _ in range(self._dice.randint(1, 2)):
            query = self._plain_select(joins=0)
            name = f"w{len(common) + 1}"
            common.append((name, query))
            self._common.append((name, _columns_of("", query)))
        body = self._set_operation(None) if self._dice.random() < 0.2 else self._select(None)
        cut = self._cut(body)
        return With(tuple(common), cut)

    def _set_operation(self, kinds: tuple[str, ...] | None) -> SetOperation:
        wanted = kinds or tuple(self._dice.choice(_KINDS[:5]) for _ in range(self._dice.randint(1, 3)))
        made: Select | SetOperation = self._plain_select(wanted)
        bare = self._dice.random() < 0.5
        for _ in range(self._dice.randint(1, 2)):
            word = self._dice.choice(
                ["UNION", "UNION ALL", "EXCEPT", "INTERSECT", "EXCEPT ALL", "INTERSECT ALL"]
            )
            right = self._plain_select(wanted)
            bare = bare and not (made.order or right.order)
            made = SetOperation(made, right, word, bare)
        assert isinstance(made, SetOperation)
        return made

    def _cut(self, query: Select | SetOperation) -> Select | SetOperation:
        """Give a query an order, a TOP and an OFFSET, or some of them."""
        choice = self._dice.random()
        if choice < 0.4:
            return query
        order = self._order(query, whole=choice < 0.75)
        if isinstance(query, Select) and query.order:
            order = query.order
        query = replace(query, order=order)
        if self._dice.random() < 0.5 and isinstance(query, Select):
            query = replace(query, top=self._dice.choice([0, 1, 3, 7, 20]))
        return replace(query, offset=self._dice.choice([1, 4])) if self._dice.random() < 0.25 else query

    def _order(self, query: Select | SetOperation, *, whole: bool) -> tuple[Order, ...]:
        """Return an order by all columns of the answer, or by some of them."""
        numbers = list(range(1, len(query.kinds) + 1))
        self._dice.shuffle(numbers)
        kept = numbers if whole else numbers[:1]
        return tuple(Order(n, self._dice.random() < 0.4) for n in kept)

    # ---- SELECT

    def _select(self, kinds: tuple[str, ...] | None) -> Select:
        source, scope = self._source()
        if self._dice.random() < 0.28:
            return self._grouped(source, scope)
        terms = Terms(self._dice, scope, self._inner)
        items = (
            self._star(scope) if kinds is None and self._dice.random() < 0.1 else self._items(terms, kinds)
        )
        where = terms.condition(self._dice.randint(0, 2)) if self._dice.random() < 0.6 else None
        is_distinct = self._dice.random() < 0.12
        if is_distinct:
            items = self._items(Terms(self._dice, Scope(scope.columns), self._inner), kinds)
        made = Select(items, source, where, distinct=is_distinct)
        if not made.distinct and self._dice.random() < 0.15:
            # By something that the answer does not show, and then by all of it.
            # Not by geometry: where positions are the same, rounding decides which is the nearer one.
            by = Terms(self._dice, Scope(scope.columns), None).number(1)
            hidden = () if by.op == "lit" else (Order(by, self._dice.random() < 0.5),)
            made = replace(made, order=(*hidden, *self._order(made, whole=True)))
        return made

    def _plain_select(self, kinds: tuple[str, ...] | None = None, joins: float = 0.2) -> Select:
        """Return a SELECT without order, for places where only its rows matter."""
        source, scope = self._source(joins)
        where = None
        if self._dice.random() < 0.4:
            where = Terms(self._dice, scope, self._inner).condition(1)
        # Rounding decides whether two distances are one: none stands where rows are told apart.
        terms = Terms(self._dice, Scope(scope.columns), self._inner)
        made = Select(self._items(terms, kinds), source, where, distinct=self._dice.random() < 0.2)
        if self._dice.random() < 0.15:
            made = replace(made, order=self._order(made, whole=True), top=self._dice.choice([2, 5, 12]))
        return made

    def _items(self, terms: Terms, kinds: tuple[str, ...] | None) -> tuple[Item, ...]:
        wanted = kinds or tuple(self._dice.choice(_KINDS) for _ in range(self._dice.randint(1, 4)))
        items = []
        for number, kind in enumerate(wanted, start=1):
            known = terms.known([kind]) if kind in ("time", "bool") else None
            if kind == "time" and known is None:
                kind = "int"
            term = known.term if known is not None else terms.value(kind)
            items.append(Item(term, f"c{number}", (kind,)))
        return tuple(items)

    def _star(self, scope: Scope) -> tuple[Item, ...]:
        return (Item(None, "*", tuple(known.kind for known in scope.columns)),)

    def _grouped(self, source: Source, scope: Scope) -> Select:
        terms = Terms(self._dice, Scope(scope.columns), None)
        where = Terms(self._dice, scope, self._inner).condition(1) if self._dice.random() < 0.5 else None
        groups: list[Term] = []
        for _ in range(self._dice.randint(0, 2)):
            kind = self._dice.choice(["int", "text", "bool", "real"])
            known = terms.known([kind])
            group = known.term if known is not None else terms.value("int", 1)
            if _names_a_column(group) and group not in groups:
                groups.append(group)
        listed = [*groups, *(self._aggregate(terms) for _ in range(self._dice.randint(1, 3)))]
        self._dice.shuffle(listed)
        items = tuple(Item(term, f"c{n}", (term.kind,)) for n, term in enumerate(listed, start=1))
        having = None
        if self._dice.random() < 0.35:
            op, bound = self._dice.choice(["gt", "le"]), self._dice.choice([0, 1, 2, 5])
            having = Term(op, (self._aggregate(terms, counts=True), Term("lit", (bound,), "int")), "bool")
        return Select(items, source, where, tuple(groups), having)

    def _aggregate(self, terms: Terms, *, counts: bool = False) -> Term:
        choice = self._dice.randrange(3 if counts else 10)
        if choice == 0:
            return Term("count_all", (), "int")
        if choice < 3:
            kind = self._dice.choice(["int", "text", "dbl", "real"])
            return Term(("count", "count_distinct")[choice - 1], (terms.value(kind, 1),), "int")
        if choice < 5:
            kind = self._dice.choice(["int", "real", "dbl", "text", "time"])
            known = terms.known([kind])
            if known is not None:
                return Term(self._dice.choice(["min", "max"]), (known.term,), kind)
        if choice == 5:
            return Term("string_agg", (terms.value("text", 1), self._dice.choice([", ", ""])), "text")
        op = self._dice.choice(["sum", "avg", "sum", "avg", "sum_distinct", "avg_distinct"])
        numbers = [k for k in terms.scope.columns if k.kind in ("int", "real", "dbl") and not k.is_large]
        if not numbers:
            return Term("count_all", (), "int")
        value = self._dice.choice(numbers).term
        return Term(op, (value,), "int" if op.startswith("sum") and value.kind == "int" else "dbl")

    # ---- FROM

    def _source(self, joins: float = 0.5) -> tuple[Source, Scope]:
        source, scope = self._one()
        while self._dice.random() < joins and len(scope.columns) < 30:
            source, scope = self._joined(source, scope)
            # To the right of a comma, tables on its left cannot be named in ON; beside columns that USING
            # has merged, a third of the name would be ambiguous.
            ends = isinstance(source, Join) and not source.on
            joins = 0 if ends else joins / 3
        return source, scope

    def _one(self) -> tuple[Source, Scope]:
        alias = f"t{next(self._numbers)}"
        choice = self._dice.random()
        if self._common and choice < 0.5:
            name, columns = self._dice.choice(self._common)
            return Table(name, alias, common=True), Scope(_renamed(alias, columns))
        if choice > 0.88:
            query = self._plain_select()
            return Sub(query, alias), Scope(_columns_of(alias, query))
        table = self._dice.choice(TABLES)
        columns = tuple(Known(Term("col", (alias, c.name), c.kind), c.steps, c.unit) for c in table.columns)
        return Table(table.name, alias), Scope(columns, (Place(alias, table),))

    def _joined(self, left: Source, scope: Scope) -> tuple[Source, Scope]:
        right, other = self._one()
        both = Scope(scope.columns + other.columns, scope.places + other.places)
        choice = self._dice.random()
        names = _common_names(scope, other)
        if choice < 0.2 and names:
            return self._using(left, scope, right, other, names)
        word = self._dice.choice(
            ["JOIN", "INNER JOIN", "LEFT JOIN", "LEFT OUTER JOIN", "RIGHT JOIN", "FULL JOIN"]
        )
        places = [(a, b) for a in scope.places for b in other.places]
        if choice < 0.45 and places and word != "FULL JOIN":
            found = near(self._dice, *self._dice.choice(places))
            if found is not None:
                return Join(left, right, word, on=self._more(found, both)), both
        if choice < 0.55 and len(scope.places) == 1 and other.places:
            return Join(left, right, self._dice.choice(["CROSS JOIN", ","])), both
        equal = self._equal(scope, other)
        if equal is None:
            return Join(left, right, "CROSS JOIN"), both
        return Join(left, right, word, on=self._more(equal, both)), both

    def _more(self, condition: Term, scope: Scope) -> Term:
        """Add another condition to that of a join, sometimes."""
        if self._dice.random() < 0.7:
            return condition
        plain = Terms(self._dice, Scope(scope.columns), None)
        return Term("and", (condition, plain.condition(1)), "bool")

    def _equal(self, left: Scope, right: Scope) -> Term | None:
        pairs = [(a, b) for a in left.columns for b in right.columns if a.kind == b.kind == "int"]
        alike = [(a, b) for a, b in pairs if a.term.args[1] == b.term.args[1]]
        if alike and self._dice.random() < 0.6:
            pairs = alike
        if not pairs:
            pairs = [(a, b) for a in left.columns for b in right.columns if a.kind == b.kind != "bool"]
        if not pairs:
            return None
        one, other = self._dice.choice(pairs)
        return Term("eq", (one.term, other.term), "bool")

    def _using(
        self, left: Source, scope: Scope, right: Source, other: Scope, names: list[str]
    ) -> tuple[Source, Scope]:
        side = self._dice.choice(["", "LEFT ", "RIGHT ", "FULL "])
        natural = self._dice.random() < 0.3
        used = tuple(names if natural else [self._dice.choice(names)])
        join = Join(
            left, right, f"NATURAL {side}JOIN" if natural else f"{side}JOIN", using=() if natural else used
        )
        merged = tuple(Known(Term("col", ("", name), _kind(scope, name))) for name in used)
        rest = tuple(k for k in scope.columns + other.columns if k.term.args[1] not in used)
        return join, Scope(merged + rest, scope.places + other.places)

    # ---- queries inside expressions

    def _inner(self, kind: str | None, outer: Scope, single: bool) -> Query:
        alias = f"t{next(self._numbers)}"
        table = self._dice.choice(TABLES)
        columns = tuple(Known(Term("col", (alias, c.name), c.kind), c.steps, c.unit) for c in table.columns)
        scope = Scope(columns, (Place(alias, table),))
        terms = Terms(self._dice, scope, None)
        where: Term | None = terms.condition(1) if self._dice.random() < 0.6 else None
        equal = self._equal(outer, scope) if self._dice.random() < 0.6 else None
        if equal is not None:
            where = equal if where is None else Term("and", (where, equal), "bool")
        source = Table(table.name, alias)
        if kind is None:
            return Select((Item(None, "*", tuple(c.kind for c in columns)),), source, where)
        if not single:
            return Select((Item(terms.value(kind, 1), "c1", (kind,)),), source, where)
        return Select((Item(self._single(terms, kind), "c1", (kind,)),), source, where)

    def _single(self, terms: Terms, kind: str) -> Term:
        known = terms.known([kind])
        if kind == "int" and (known is None or self._dice.random() < 0.6):
            return Term("count_all", (), "int")
        assert known is not None
        return Term(self._dice.choice(["min", "max"]), (known.term,), kind)


def _names_a_column(term: Term) -> bool:
    return term.op == "col" or any(isinstance(a, Term) and _names_a_column(a) for a in term.args)


def _columns_of(alias: str, query: Query) -> tuple[Known, ...]:
    kinds = query.kinds
    return tuple(Known(Term("col", (alias, f"c{n}"), kind)) for n, kind in enumerate(kinds, start=1))


def _renamed(alias: str, columns: tuple[Known, ...]) -> tuple[Known, ...]:
    return tuple(Known(Term("col", (alias, known.term.args[1]), known.kind)) for known in columns)


def _common_names(left: Scope, right: Scope) -> list[str]:
    """Return the names by which two scopes can be joined: each of one column on either side, of one kind."""

    def names(scope: Scope) -> list[str]:
        return [str(known.term.args[1]) for known in scope.columns]

    one, other = names(left), names(right)
    shared = list(dict.fromkeys(name for name in one if name in other))
    are_single = all(one.count(name) == other.count(name) == 1 for name in shared)
    return shared if are_single and all(_kind(left, n) == _kind(right, n) for n in shared) else []


def _kind(scope: Scope, name: str) -> str:
    return next(known.kind for known in scope.columns if known.term.args[1] == name)
