"""What a worker is told of rows that are picked by place or identifier."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .comparing import Said

__all__ = ["Picking"]


@dataclass(frozen=True)
class Picking:
    """What a worker is told.

    Attributes
    ----------
    files
        The files in which the rows can stand, in the order of the answer; none where they are too many.
    cells
        The order 29 cells in which they can stand: sorted, disjoint, half-open ranges.
    columns
        What is asked of them.
    position
        The columns of right ascension and declination, in degrees.
    circle
        Right ascension, declination and radius in degrees, if the rows are those in a circle.
    is_open
        Whether those at just this radius are not among them.
    identifiers
        A column and its values, if the rows are those with identifiers.
    most
        How many rows are wanted, if not all.
    comparisons
        What else is said of columns, as of a `models.Comparison`.
    folder
        The folder of the files, if a table of their pages lies there.
    size_bytes
        How large the files are together.
    """

    files: tuple[str, ...]
    cells: tuple[tuple[int, int], ...]
    columns: tuple[str, ...]
    position: tuple[str, str]
    circle: tuple[float, float, float] | None = None
    is_open: bool = False
    identifiers: tuple[str, tuple[int | str, ...]] | None = None
    most: int | None = None
    comparisons: tuple[Said, ...] = ()
    folder: str | None = None
    size_bytes: int = 0

    def as_json(self) -> dict[str, Any]:
        """Return it as it is sent."""
        return vars(self)
