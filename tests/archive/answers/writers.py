"""A generated query as text: in ADQL, and, apart from it, in PostgreSQL with q3c."""

from __future__ import annotations

from typing import ClassVar

from .trees import Join, Order, Query, Select, SetOperation, Source, Sub, Table, Term, With

__all__ = ["Adql", "PostgreSQL"]

_SIGNS = {"eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_BOTH = {
    **{name: f"({{}} {sign} {{}})" for name, sign in _SIGNS.items()},
    **{"and": "({} AND {})", "or": "({} OR {})", "not": "(NOT {})"},
    **{"between": "({} BETWEEN {} AND {})", "not_between": "({} NOT BETWEEN {} AND {})"},
    **{"null": "({} IS NULL)", "not_null": "({} IS NOT NULL)", "concat": "({} || {})"},
    **{"case": "(CASE WHEN {} THEN {} ELSE {} END)", "case_short": "(CASE WHEN {} THEN {} END)"},
    **{"case_of": "(CASE {} WHEN {} THEN {} WHEN {} THEN {} ELSE {} END)"},
    **{"coalesce": "COALESCE({}, {})", "lower": "LOWER({})", "upper": "UPPER({})", "neg": "(- {})"},
    **{"count_all": "COUNT(*)", "count": "COUNT({})", "count_distinct": "COUNT(DISTINCT {})"},
    **{"min": "MIN({})", "max": "MAX({})"},
}


class _Writer:
    """What both languages have in common: the clauses of a query, and most conditions."""

    templates: ClassVar[dict[str, str]] = {}

    def query(self, query: Query, *, outermost: bool = True) -> str:
        """Write a query."""
        if isinstance(query, With):
            named = ", ".join(f"{name} AS ({self.query(q, outermost=False)})" for name, q in query.common)
            return f"WITH {named} {self.query(query.body, outermost=outermost)}"
        if isinstance(query, SetOperation):
            sides = [self.query(side, outermost=False) for side in (query.left, query.right)]
            if not query.bare:
                sides = [f"({side})" for side in sides]
            return (
                f"{sides[0]} {query.word} {sides[1]}{self._order(query.order)}{self._cut(query, outermost)}"
            )
        return self._select(query, outermost)

    def _select(self, select: Select, outermost: bool) -> str:
        listed = ", ".join(
            "*" if item.term is None else f"{self.term(item.term)} AS {item.name}" for item in select.items
        )
        words = [f"SELECT {'DISTINCT ' if select.distinct else ''}{self._top(select)}{listed}"]
        words.append(f"FROM {self.source(select.source)}")
        if select.where is not None:
            words.append(f"WHERE {self.term(select.where)}")
        if select.groups:
            words.append(f"GROUP BY {', '.join(map(self.term, select.groups))}")
        if select.having is not None:
            words.append(f"HAVING {self.term(select.having)}")
        return " ".join(words) + self._order(select.order) + self._cut(select, outermost)

    def _order(self, order: tuple[Order, ...]) -> str:
        return f" ORDER BY {', '.join(map(self._ordered, order))}" if order else ""

    def _ordered(self, one: Order) -> str:
        by = self.term(one.by) if isinstance(one.by, Term) else str(one.by)
        return f"{by}{' DESC' if one.descending else ''}"

    def _top(self, select: Select) -> str:
        return ""

    def _cut(self, query: Select | SetOperation, outermost: bool) -> str:
        return f" OFFSET {query.offset}" if query.offset is not None else ""

    def table(self, table: Table) -> str:
        """Write a table's name."""
        raise NotImplementedError

    def source(self, source: Source) -> str:
        """Write what stands in FROM."""
        if isinstance(source, Table):
            name = source.name if source.common else self.table(source)
            return f"{name} AS {source.alias}"
        if isinstance(source, Sub):
            return f"({self.query(source.query, outermost=False)}) AS {source.alias}"
        left, right = self.source(source.left), self.source(source.right)
        right = f"({right})" if isinstance(source.right, Join) else right
        return f"{left} {source.word} {right}".replace(" , ", ", ") + self._joined(source)

    def _joined(self, join: Join) -> str:
        if join.on is not None:
            return f" ON {self.term(join.on)}"
        return f" USING ({', '.join(join.using)})" if join.using else ""

    def term(self, term: Term) -> str:
        """Write an expression."""
        write = getattr(self, f"_write_{term.op}", None)
        if write is not None:
            return str(write(term))
        template = self.templates.get(f"{term.op}:{term.kind}") or self.templates.get(term.op)
        template = template or _BOTH[term.op]
        return template.format(*(self.term(a) if isinstance(a, Term) else a for a in term.args))

    def _write_list(self, term: Term) -> str:
        value, *items = (self.term(a) for a in term.args[1:])
        return f"({value} {term.args[0]} ({', '.join(items)}))"

    def _write_in_query(self, term: Term) -> str:
        value, word, query = term.args
        return f"({self.term(value)} {word} ({self.query(query, outermost=False)}))"

    def _write_exists(self, term: Term) -> str:
        return f"EXISTS ({self.query(term.args[0], outermost=False)})"

    def _write_scalar(self, term: Term) -> str:
        return f"({self.query(term.args[0], outermost=False)})"


class Adql(_Writer):
    """Writes ADQL 2.1."""

    templates: ClassVar[dict[str, str]] = {
        **{"add": "({} + {})", "sub": "({} - {})", "mul": "({} * {})", "div": "({} / {})"},
        **{n: f"{n.upper()}({{}})" for n in ("sqrt", "exp", "sin", "cos", "tan", "asin", "acos", "atan")},
        **{n: f"{n.upper()}({{}})" for n in ("cot", "abs", "floor", "degrees", "radians", "sum", "avg")},
        **{"ln": "LOG({})", "log10": "LOG10({})", "ceil": "CEILING({})", "pi": "PI()", "mod": "MOD({}, {})"},
        **{
            "round": "ROUND({})",
            "round2": "ROUND({}, 2)",
            "trunc": "TRUNCATE({})",
            "trunc2": "TRUNCATE({}, 2)",
        },
        **{"power": "POWER({}, {})", "atan2": "ATAN2({}, {})", "in_unit": "IN_UNIT({}, '{}')"},
        **{"sum_distinct": "SUM(DISTINCT {})", "avg_distinct": "AVG(DISTINCT {})"},
        **{"cast_int": "CAST({} AS BIGINT)", "cast_dbl": "CAST({} AS DOUBLE PRECISION)"},
        **{
            "cast_real": "CAST({} AS REAL)",
            "cast_text": "CAST({} AS VARCHAR)",
            "shorten": "CAST({} AS VARCHAR(3))",
        },
        **{"like": "({} LIKE {})", "ilike": "({} ILIKE {})", "not_like": "({} NOT LIKE {})"},
        **{"is_true": "({} = 1)", "is_false": "(0 = {})", "string_agg": "ivo_string_agg({}, '{}')"},
        **{
            "distance": "DISTANCE({}, {}, {}, {})",
            "distance_points": "DISTANCE(POINT({}, {}), POINT({}, {}))",
        },
        **{"nearer": "(DISTANCE({}, {}, {}, {}) < {})", "farther": "(DISTANCE({}, {}, {}, {}) > {})"},
        **{"in_circle": "(1 = CONTAINS(POINT({}, {}), CIRCLE({}, {}, {})))"},
        **{"in_old_circle": "(CONTAINS(POINT('ICRS', {}, {}), CIRCLE('ICRS', {}, {}, {})) = 1)"},
        **{"circle_meets": "(1 = INTERSECTS(CIRCLE(POINT({2}, {3}), {4}), POINT({0}, {1})))"},
        **{"out_of_circle": "(0 = CONTAINS(POINT({}, {}), CIRCLE({}, {}, {})))"},
        **{"circle_flag": "CONTAINS(POINT({}, {}), CIRCLE({}, {}, {}))"},
        **{"circles_meet": "(1 = INTERSECTS(CIRCLE({}, {}, {}), CIRCLE({}, {}, {})))"},
        **{"circle_in_circle": "(1 = CONTAINS(CIRCLE({}, {}, {}), CIRCLE({}, {}, {})))"},
        **{
            "in_shape": "(1 = CONTAINS(POINT({}, {}), {}))",
            "out_of_shape": "(CONTAINS(POINT({}, {}), {}) = 0)",
        },
        **{
            "shape_meets": "(INTERSECTS({2}, POINT({0}, {1})) = 1)",
            "shape_flag": "INTERSECTS(POINT({}, {}), {})",
        },
        **{"area_circle": "AREA(CIRCLE({}, {}, {}))", "area": "AREA({})", "coord1": "COORD1(POINT({}, {}))"},
        **{"coord2": "COORD2(CENTROID(CIRCLE(POINT({}, {}), 2.5)))"},
    }

    def table(self, table: Table) -> str:
        """Write a table's name with its schema, or without."""
        return table.name if table.alias[-1] in "258" else f"small.{table.name}"

    def _write_col(self, term: Term) -> str:
        alias, name = term.args
        return f"{alias}.{name}" if alias else str(name)

    def _write_lit(self, term: Term) -> str:
        value = term.args[0]
        if value is None:
            return "NULL"
        if term.kind == "bool":
            return str(value).upper()
        if term.kind in ("text", "time"):
            return "'" + value.replace("'", "''") + "'"
        return repr(value)

    def _top(self, select: Select) -> str:
        return f"TOP {select.top} " if select.top is not None else ""


_CASTS = {
    "int": "bigint",
    "real": "real",
    "dbl": "float8",
    "text": "text",
    "bool": "boolean",
    "time": "timestamp",
}
_PG_CIRCLE = "(q3c_dist({}, {}, {}, {}) <= {})"
_PG_SHAPE = "(CASE WHEN {0} IS NOT NULL AND {1} IS NOT NULL THEN {3} = ANY ({4}) END)"
"""Which rows are in a shape is known by numpy, and said by their keys."""


def _undefined(call: str, domain: str = "") -> str:
    """Return a function of doubles that is NULL where it has no value, as docs/conformance.md says."""
    found = f"nullif({call}, 'NaN'::float8)"
    return f"(CASE WHEN {domain} THEN {found} END)" if domain else found


class PostgreSQL(_Writer):
    """Writes PostgreSQL. The freedoms that ADQL leaves are taken here as docs/conformance.md says."""

    templates: ClassVar[dict[str, str]] = {
        **{f"{op}:{kind}": f"({{}}::{_CASTS[kind]} {sign} {{}}::{_CASTS[kind]})"
           for op, sign in (("add", "+"), ("sub", "-"), ("mul", "*")) for kind in ("int", "real", "dbl")},
        **{f"div:{kind}": f"({{}}::{_CASTS[kind]} / nullif({{}}, 0)::{_CASTS[kind]})"
           for kind in ("int", "real", "dbl")},
        **{f"{n}:{kind}": f"({n}({{}})::{_CASTS[kind]})"
           for n in ("abs", "floor", "ceil") for kind in ("int", "real", "dbl")},
        **{n: f"{n}({{}}::float8)" for n in ("exp", "atan", "degrees", "radians")},
        **{n: _undefined(f"{n}({{}}::float8)") for n in ("sin", "cos", "tan")},
        **{n: _undefined(f"{n}({{0}}::float8)", "{0} BETWEEN -1 AND 1") for n in ("asin", "acos")},
        **{"sqrt": _undefined("sqrt({0}::float8)", "{0} >= 0")},
        **{"ln": _undefined("ln({0}::float8)", "{0} > 0")},
        **{"log10": _undefined("log({0}::float8)", "{0} > 0")},
        **{"cot": _undefined("cot(nullif({}::float8, 0))"), "mod:int": "mod({}, nullif({}, 0))"},
        **{"power": _undefined("power({0}::float8, {1}::float8)", "{0} >= 0 OR {1} <> 0.5")},
        **{"atan2": "atan2({}::float8, {}::float8)", "pi": "pi()", "in_unit": "({0}::float8 * {2})"},
        **{"mod": "({0} - nullif({1}, 0) * trunc({0} / nullif({1}, 0)))"},
        **{"round": "(sign({0}::float8) * floor(abs({0}::float8) + 0.5))", "trunc": "trunc({}::float8)"},
        **{"round2": "(sign({0}::float8) * floor(abs({0}::float8) * 100 + 0.5) / 100)"},
        **{"trunc2": "(trunc({}::float8 * 100) / 100)"},
        **{"sum:int": "sum({})::bigint", "sum": "sum({}::float8)", "avg": "avg({}::float8)"},
        **{"sum_distinct:int": "sum(DISTINCT {})::bigint", "sum_distinct": "sum(DISTINCT {}::float8)"},
        **{"avg_distinct": "avg(DISTINCT {}::float8)"},
        **{"cast_int": "({})::bigint", "cast_dbl": "({})::float8", "cast_real": "({})::real"},
        **{"cast_text": "({})::text", "shorten": "left({}, 3)"},
        **{"like": "({} LIKE {} ESCAPE '')", "ilike": "({} ILIKE {} ESCAPE '')"},
        **{"not_like": "({} NOT LIKE {} ESCAPE '')", "is_true": "({} = TRUE)", "is_false": "({} = FALSE)"},
        **{"string_agg": "string_agg({0}, '{1}' ORDER BY {0})"},
        **dict.fromkeys(("distance", "distance_points"), "apart({}, {}, {}, {})"),
        **{"nearer": "(q3c_dist({}, {}, {}, {}) < {})", "farther": "(q3c_dist({}, {}, {}, {}) > {})"},
        **dict.fromkeys(("in_circle", "in_old_circle", "circle_meets"), _PG_CIRCLE),
        **{"in_circle:small": "q3c_radial_query({}, {}, {}, {}, {})"},
        **{"out_of_circle": f"(NOT {_PG_CIRCLE})", "circle_flag": f"{_PG_CIRCLE}::int"},
        **{"circles_meet": "(q3c_dist({0}, {1}, {3}, {4}) <= {2} + {5})"},
        **{"circle_in_circle": "(q3c_dist({0}, {1}, {3}, {4}) + {2} <= {5})"},
        **dict.fromkeys(("in_shape", "shape_meets"), _PG_SHAPE),
        **{"out_of_shape": f"(NOT {_PG_SHAPE})", "shape_flag": f"{_PG_SHAPE}::int"},
        **{"area_circle": "(2 * pi() * (1 - cos(radians({2}))) * power(degrees(1), 2))"},
        **{"area": "({1}::float8)", "coord1": "({}::float8)", "coord2": "({1}::float8)"},
    }  # fmt: skip

    def table(self, table: Table) -> str:
        """Write a table's name."""
        return f'"{table.name}"'

    def _write_col(self, term: Term) -> str:
        alias, name = term.args
        return f'{alias}."{name}"' if alias else f'"{name}"'

    def _joined(self, join: Join) -> str:
        named = ", ".join(f'"{name}"' for name in join.using)
        return f" USING ({named})" if join.using else super()._joined(join)

    def _write_lit(self, term: Term) -> str:
        value = term.args[0]
        if value is None:
            return f"NULL::{_CASTS[term.kind]}"
        text = repr(value) if not isinstance(value, str) else value.replace("'", "''")
        return f"'{text}'::{_CASTS[term.kind]}"

    def _ordered(self, one: Order) -> str:
        return f"{super()._ordered(one)} NULLS LAST"

    def _cut(self, query: Select | SetOperation, outermost: bool) -> str:
        # The outermost cut is made by whoever compares: where rows tie, any of them may be in the answer.
        if outermost:
            return ""
        limit = f" LIMIT {query.top}" if query.top is not None else ""
        return limit + super()._cut(query, outermost)
