"""The allow-list of nodes and clauses: a tree that holds anything else is refused.

A second fence behind the dialect's small vocabulary: should sqlglot come to read more than it does
today, what it reads newly stands on no list and is refused.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from ..errors import QueryError
from .positions import position_of

__all__ = ["CHAINS", "check_tree"]

CHAINS = (exp.And, exp.Or, exp.SetOperation)
"""Operators whose rows (a AND b AND c …) are walked along, not down."""

_BINARY = frozenset({"this", "expression"})
_MODIFIERS = frozenset({"order", "offset", "limit"})

_ALLOWED: dict[type[exp.Expr], frozenset[str]] = {
    # queries
    exp.Select: _MODIFIERS
    | {"expressions", "distinct", "from_", "joins", "where", "group", "having", "with_"},
    exp.Union: _BINARY | _MODIFIERS | {"distinct", "with_"},
    exp.Except: _BINARY | _MODIFIERS | {"distinct", "with_"},
    exp.Intersect: _BINARY | _MODIFIERS | {"distinct", "with_"},
    exp.Subquery: _MODIFIERS | {"this", "alias", "with_"},
    exp.With: frozenset({"expressions"}),
    exp.CTE: frozenset({"this", "alias"}),
    # clauses
    exp.From: frozenset({"this"}),
    exp.Join: frozenset({"this", "method", "side", "kind", "on", "using"}),
    exp.Lateral: frozenset({"this", "alias"}),
    exp.Table: frozenset({"this", "db", "catalog", "alias", "joins"}),
    exp.TableAlias: frozenset({"this", "columns"}),
    exp.Where: frozenset({"this"}),
    exp.Group: frozenset({"expressions"}),
    exp.Having: frozenset({"this"}),
    exp.Order: frozenset({"expressions"}),
    exp.Ordered: frozenset({"this", "desc", "nulls_first"}),
    exp.Limit: frozenset({"expression"}),
    exp.Offset: frozenset({"expression"}),
    exp.Distinct: frozenset({"expressions"}),
    # names and values
    exp.Alias: frozenset({"this", "alias"}),
    exp.Column: frozenset({"this", "table", "db", "catalog"}),
    exp.Identifier: frozenset({"this", "quoted"}),
    exp.Star: frozenset(),
    exp.Literal: frozenset({"this", "is_string"}),
    exp.Null: frozenset(),
    exp.Boolean: frozenset({"this"}),
    # operators and predicates
    exp.Paren: frozenset({"this"}),
    exp.Neg: frozenset({"this"}),
    exp.Add: _BINARY,
    exp.Sub: _BINARY,
    exp.Mul: _BINARY,
    exp.Div: _BINARY,
    exp.Mod: _BINARY,
    exp.DPipe: _BINARY | {"safe"},
    exp.EQ: _BINARY,
    exp.NEQ: _BINARY,
    exp.LT: _BINARY,
    exp.LTE: _BINARY,
    exp.GT: _BINARY,
    exp.GTE: _BINARY,
    exp.And: _BINARY,
    exp.Or: _BINARY,
    exp.Not: frozenset({"this"}),
    exp.Is: _BINARY,
    exp.Like: _BINARY | {"negate"},
    exp.ILike: _BINARY | {"negate"},
    exp.Between: frozenset({"this", "low", "high"}),
    exp.In: frozenset({"this", "expressions", "query"}),
    exp.Exists: frozenset({"this"}),
    exp.Case: frozenset({"this", "ifs", "default"}),
    exp.If: frozenset({"this", "true"}),
    # functions: which ones is said in functions.py and geometry.py
    exp.Anonymous: frozenset({"this", "expressions"}),
    exp.Cast: frozenset({"this", "to"}),
    exp.DataTypeParam: frozenset({"this", "expression"}),
    exp.Var: frozenset({"this"}),
    exp.Array: frozenset({"expressions"}),
}

_SENTENCES: dict[type[exp.Expr] | tuple[type[exp.Expr], str], str] = {
    exp.Bracket: "Square brackets can stand after ARRAY only.",
    exp.Concat: "Two texts in a row are not part of ADQL: join them with ||.",
    exp.Dot: "A name has at most three parts: schema.table.column.",
    exp.NullSafeEQ: "IS DISTINCT FROM is not part of ADQL: use = or <> and IS NULL.",
    exp.NullSafeNEQ: "IS DISTINCT FROM is not part of ADQL: use = or <> and IS NULL.",
    exp.Tuple: "A list in parentheses can stand after IN only.",
    (exp.Distinct, "on"): "DISTINCT ON is not part of ADQL.",
    (exp.In, "field"): "IN needs a list in parentheses or a subquery.",
    (exp.Star, "except_"): "SELECT * takes no EXCLUDE or EXCEPT: name the columns instead.",
    (exp.Star, "replace"): "SELECT * takes no REPLACE: name the columns instead.",
    (exp.Star, "rename"): "SELECT * takes no RENAME: name the columns instead.",
    (exp.Star, "ilike"): "SELECT * takes no pattern: name the columns instead.",
    (exp.With, "recursive"): "WITH RECURSIVE is not supported.",
    (exp.Limit, "limit_options"): "TOP and LIMIT take a number and nothing else.",
    (exp.Limit, "offset"): "TOP and LIMIT take a number and nothing else.",
    (exp.Group, "all"): "GROUP BY ALL is not part of ADQL: name the columns.",
    (exp.Select, "laterals"): "LATERAL stands before a subquery in parentheses, after a comma or JOIN.",
    (exp.Select, "exclude"): "SELECT * takes no EXCLUDE: name the columns instead.",
}


def check_tree(text: str, tree: exp.Expr, levels: int) -> None:
    """Refuse a tree that holds anything not on the list, or that is deeper than `levels` nodes.

    Raises
    ------
    QueryError
        With the place of what is not allowed.
    """
    waiting: list[tuple[exp.Expr, int]] = [(tree, 0)]
    while waiting:
        node, depth = waiting.pop()
        if depth > levels:
            raise QueryError("The query is nested too deeply.", position=position_of(text, node))
        allowed = _ALLOWED.get(type(node))
        if allowed is None:
            raise _refusal(text, node, type(node))
        for name, value in node.args.items():
            if value is None or value is False or value == []:
                continue
            if name not in allowed:
                raise _refusal(text, node, (type(node), name))
            along = name == "this" and isinstance(node, CHAINS)
            waiting.extend((child, depth if along else depth + 1) for child in _nodes(value))


def _nodes(value: object) -> Iterator[exp.Expr]:
    if isinstance(value, exp.Expr):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _nodes(item)


def _refusal(text: str, node: exp.Expr, key: type[exp.Expr] | tuple[type[exp.Expr], str]) -> QueryError:
    said = _SENTENCES.get(key)
    if said is None:
        what = key[1].strip("_") if isinstance(key, tuple) else key.__name__
        said = f"{what.upper()} is not part of an ADQL query."
    return QueryError(said, position=position_of(text, node) or position_of(text, node.parent))
