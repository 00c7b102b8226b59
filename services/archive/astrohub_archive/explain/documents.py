"""What is asked of an explanation, and what it says, as JSON."""

from __future__ import annotations

from pydantic import Field

from ..web.json_bodies import read_json
from ..web.tables import Document
from .service import Explained

__all__ = ["EstimateDocument", "ExplainRequest", "describe_estimate", "read_request"]


class ExplainRequest(Document):
    """A query to be explained."""

    query: str = Field(description="The query, in ADQL.")


class EstimateDocument(Document):
    """What a query would read and answer; estimates, not promises."""

    rows: int | None = Field(description="About how many rows; null where nobody knows.")
    files: int = Field(description="How many files are read.")
    files_in_all: int = Field(description="How many files the tables have.")
    bytes: int = Field(description="Sizes of the files that are read.")
    tables: list[str] = Field(description="The tables that the query names.")
    lane: str = Field(description="`quick`, or `long`: then it may wait for others.")
    columns_without_statistics: list[str] = Field(
        description="Columns that it reads without their smallest and largest values being known: "
        "conditions on them pass over no file."
    )
    table_bytes: int | None = Field(
        description="About how many bytes the rows would take as a table in MyDB before they are compressed; "
        "null where nobody knows."
    )
    warning: str | None = Field(
        description="A sentence for the caller when MyDB has no room for so many, or may have none."
    )


def read_request(body: bytes) -> ExplainRequest:
    """Read what query to explain.

    Raises
    ------
    UsageError
        When the body does not say so.
    """
    return read_json(body, ExplainRequest, "query")


def describe_estimate(explained: Explained) -> EstimateDocument:
    """Return an estimate as it is described in an answer."""
    estimate, cost = explained.estimate, explained.cost
    return EstimateDocument(
        rows=estimate.rows,
        files=estimate.files,
        files_in_all=estimate.files_in_all,
        bytes=estimate.size_bytes,
        tables=list(estimate.tables),
        lane=estimate.lane,
        columns_without_statistics=list(estimate.columns_without_statistics),
        table_bytes=cost.size_bytes,
        warning=cost.warning,
    )
