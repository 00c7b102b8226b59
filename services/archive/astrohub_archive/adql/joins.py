"""Joins: two tables or subqueries put together, and which columns the result has."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlglot import exp

from ..errors import QueryError
from .arithmetic import brought_to
from .datatypes import common_type
from .expressions import Expressions, Subqueries
from .pairing import Pairs
from .positions import position_of
from .scans import Scans
from .sources import Field, Scope, Source, matches
from .values import ColumnRead, Same, Value

__all__ = ["Joins", "Relation", "check_source_names"]


@dataclass(frozen=True)
class Relation:
    """A table, a subquery or a join of them, as it stands in FROM.

    `pieces` are its engine SQL, with a source wherever one is to be placed; `fields` are its columns,
    those merged by USING or NATURAL once; `scans` are those whose rows its rows are made of.
    """

    pieces: tuple[str | Source, ...]
    sources: tuple[Source, ...]
    fields: tuple[Field, ...]
    scans: frozenset[int]


class Joins:
    """Writes the joins of one query.

    Parameters
    ----------
    text
        The query's text, for positions.
    scans
        Where columns and restrictions are taken note of.
    subqueries
        What writes a query in a join's condition.
    pairs
        What knows of joins by position.
    """

    def __init__(self, text: str, scans: Scans, subqueries: Subqueries, pairs: Pairs) -> None:
        self._text = text
        self._scans = scans
        self._subqueries = subqueries
        self._pairs = pairs

    def joined(self, left: Relation, right: Relation, join: exp.Join, outer: Scope) -> Relation:
        """Write a join of two relations; `outer` is the scope around the query."""
        side, kind = str(join.args.get("side") or ""), str(join.args.get("kind") or "")
        condition, using = join.args.get("on"), join.args.get("using")
        is_natural = join.args.get("method") == "NATURAL"
        pair = _pair(left, right, f" {f'{side} JOIN' if side else 'JOIN'} ")
        if kind == "CROSS" and not (side or is_natural or condition or using):
            return _pair(left, right, " CROSS JOIN ")
        if kind == "CROSS" or (kind == "OUTER" and not side) or (kind == "INNER" and side):
            raise self._fault(join, "This is no kind of JOIN in ADQL.")
        if is_natural and (condition or using):
            raise self._fault(join, "NATURAL JOIN takes neither ON nor USING.")
        if is_natural:
            return self._merged(join, left, right, _common_names(left, right), pair)
        if using:
            return self._merged(join, left, right, list(using), pair)
        if condition is None:
            raise self._fault(join.this, "JOIN needs ON, USING or NATURAL to say which rows belong together.")
        check_source_names(self._text, join, pair.sources)
        scope = replace(outer, sources=pair.sources, fields=pair.fields)
        value = Expressions(scope, self._subqueries, "ON").condition(condition)
        # A condition says nothing about the rows of a side that are kept without a partner.
        bound = {"": pair, "LEFT": right, "RIGHT": left}.get(side, Relation((), (), (), frozenset()))
        for restriction in value.restrictions:
            if restriction.scan in bound.scans:
                self._scans.restrict(restriction)
        cells = self._pairs.conditions(value.pairings, bound.sources)
        self._note_missing(side, left, right)
        return replace(pair, pieces=(*pair.pieces, f" ON {' AND '.join([*cells, value.sql])}"))

    def _merged(
        self, join: exp.Join, left: Relation, right: Relation, names: list[exp.Expr], pair: Relation
    ) -> Relation:
        """Return a join over columns of the same name, each of which stands in the result once."""
        side = str(join.args.get("side") or "")
        merged: list[Field] = []
        conditions = []
        equals: list[tuple[ColumnRead | None, ColumnRead | None]] = []
        taken: set[int] = set()
        for name in names:
            first, second = self._shared(join, left, name), self._shared(join, right, name)
            if common_type([first.type, second.type]) is None:
                nouns = f"one is {first.type.noun}, the other {second.type.noun}"
                raise self._fault(join, f"The two columns {first.name} cannot be compared: {nouns}.")
            for read in first.reads + second.reads:
                self._scans.read(read)
            conditions.append(f"{first.sql} = {second.sql}")
            equals.append((first.read, second.read))
            merged.append(_merged_field(first, second, side))
            taken |= {id(first), id(second)}
        rest = tuple(f for f in pair.fields if id(f) not in taken)
        on = " AND ".join(conditions) or "TRUE"
        same = [Same(a, b) for a, b in equals if a is not None and b is not None]
        bound = {"": pair, "LEFT": right, "RIGHT": left}.get(side)
        self._pairs.conditions(same, bound.sources if bound else ())
        self._note_missing(side, left, right)
        return replace(pair, pieces=(*pair.pieces, f" ON ({on})"), fields=(*merged, *rest))

    def _note_missing(self, side: str, left: Relation, right: Relation) -> None:
        missing = {"LEFT": right.sources, "RIGHT": left.sources, "FULL": left.sources + right.sources}
        self._pairs.may_be_missing(missing.get(side, ()))

    def _shared(self, join: exp.Join, relation: Relation, name: exp.Expr) -> Field:
        found = [f for f in relation.fields if matches(name, f.name)]
        if len(found) == 1:
            return found[0]
        where = "is not in both of the joined tables" if not found else "is ambiguous in a joined table"
        position = position_of(self._text, name) or position_of(self._text, join)
        raise QueryError(f"The column {name.name} {where}.", position=position)

    def _fault(self, node: exp.Expr, sentence: str) -> QueryError:
        return QueryError(sentence, position=position_of(self._text, node))


def check_source_names(text: str, node: exp.Expr, sources: tuple[Source, ...]) -> None:
    """Refuse two tables or subqueries that are called the same."""
    seen: set[tuple[str, str]] = set()
    for source in sources:
        if source.name is None:
            continue
        key = (source.name, (source.schema or "").lower())
        if key in seen:
            raise QueryError(
                f"The name {source.name} stands for two tables here: give one an alias.",
                position=position_of(text, node),
            )
        seen.add(key)


def _pair(left: Relation, right: Relation, word: str) -> Relation:
    pieces = (*left.pieces, word, *right.pieces)
    return Relation(
        pieces, left.sources + right.sources, left.fields + right.fields, left.scans | right.scans
    )


def _common_names(left: Relation, right: Relation) -> list[exp.Expr]:
    known = {field.name.lower() for field in right.fields}
    return [exp.Identifier(this=f.name, quoted=False) for f in left.fields if f.name.lower() in known]


def _merged_field(first: Field, second: Field, side: str) -> Field:
    if side == "FULL":
        kind = common_type([first.type, second.type]) or first.type
        parts = [brought_to(Value(f.sql, f.type), kind).sql for f in (first, second)]
        sql = f"coalesce({', '.join(parts)})"
        return Field(first.name, sql, kind, first.meaning, first.reads + second.reads, plain=False)
    chosen = second if side == "RIGHT" else first
    return replace(chosen, name=first.name)
