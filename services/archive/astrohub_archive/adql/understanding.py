"""The steps from a query's text to a statement, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import QueryError
from ..models import Statement
from ..settings import Limits

if TYPE_CHECKING:
    from ..catalog import Catalog

__all__ = ["understand"]


def understand(text: str, catalog: Catalog, limits: Limits) -> Statement:
    """Understand an ADQL 2.1 query and allow it, or refuse it with one sentence.

    Parameters
    ----------
    text
        The query as its author wrote it.
    catalog
        What tables and columns there are for the author.
    limits
        How long and how deep a query may be.

    Returns
    -------
    Statement
        Engine SQL over scans named `scan_0`, `scan_1`, …; what is known of each scan; the columns of the answer.

    Raises
    ------
    QueryError
        With the position of the fault and, if there is one, the name that may have been meant.
    UnknownTable
        When a table is named that the catalogue does not hold.
    """
    raise QueryError("Queries are not answered yet.")
