"""What is expected of a query before it is run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Estimate", "Lane"]

Lane = Literal["quick", "long", "jobs"]


@dataclass(frozen=True)
class Estimate:
    """What a statement would read and answer.

    Attributes
    ----------
    rows
        About how many rows it would answer; None where nobody knows.
    files
        How many files it would read.
    files_in_all
        How many files its tables have.
    size_bytes
        Sizes of the files that it would read together.
    tables
        The tables that it names, each once.
    lane
        Where it would run.
    columns_without_statistics
        Of the columns that it reads, those of which the files do not say what values are where, each as
        schema.table.column: no file is passed over for a condition on one of them.
    """

    rows: int | None
    files: int
    files_in_all: int
    size_bytes: int
    tables: tuple[str, ...]
    lane: Lane
    columns_without_statistics: tuple[str, ...] = ()
