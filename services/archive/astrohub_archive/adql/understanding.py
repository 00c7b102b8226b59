"""The steps from a query's text to a statement, in order."""

from __future__ import annotations

import re

from ..catalog import Catalog
from ..errors import QueryError
from ..models import Statement
from ..settings import Limits
from .allowed import check_tree
from .languages import Language
from .queries import Queries
from .results import result_column
from .syntax import parse

__all__ = ["understand"]

_NODES_PER_LEVEL = 4
_NODES_BESIDES = 100
_LONGEST_WORD = 80
_LONG_WORD = re.compile(rf"\S{{{_LONGEST_WORD + 1},}}")
_HALF = 200


def understand(text: str, catalog: Catalog, limits: Limits, language: Language = Language.ADQL) -> Statement:
    """Understand a query and allow it, or refuse it with one sentence.

    Parameters
    ----------
    text
        The query as its author wrote it.
    catalog
        What tables and columns there are for the author.
    limits
        How long and how deep a query may be.
    language
        In which it is written.

    Returns
    -------
    Statement
        Engine SQL over scans named `scan_0`, `scan_1`, …; what is known of each; the answer's columns.

    Raises
    ------
    QueryError
        With the position of the fault and, if there is one, the name that may have been meant.
    UnknownTable
        When a table is named that the catalogue does not hold.
    """
    try:
        return _understood(text, catalog, limits, language)
    except QueryError as e:
        e.message = language.worded(_shortened(e.message))
        e.args = (e.message,)
        raise


def _shortened(sentence: str) -> str:
    """Return a sentence that one can read, whatever names the query's author has put into it."""
    sentence = _LONG_WORD.sub(lambda word: f"{word[0][:_LONGEST_WORD]}…", sentence)
    return sentence if len(sentence) <= 2 * _HALF else f"{sentence[:_HALF]} … {sentence[-_HALF:]}"


def _understood(text: str, catalog: Catalog, limits: Limits, language: Language) -> Statement:
    tree = parse(text, limits, language)
    check_tree(text, tree, _NODES_PER_LEVEL * limits.query_depth + _NODES_BESIDES)
    queries = Queries(text, catalog, language)
    try:
        written = queries.outermost(tree)
    except RecursionError:
        raise QueryError(f"A query may be nested {limits.query_depth} levels deep at most.") from None
    scans = queries.scans.finished()
    return Statement(
        sql=written.sql,
        scans=scans,
        columns=tuple(result_column(column) for column in written.columns),
        top=written.top,
        pick=written.pick if len(scans) == 1 else None,
    )
