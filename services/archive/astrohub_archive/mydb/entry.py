"""What is known of one table of a user."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from ..table_files import Content

__all__ = ["Arrangement", "Dropped", "Entry", "Made", "Making", "Visibility"]


class Visibility(StrEnum):
    """Who may see a table: by now its owner alone."""

    PRIVATE = "private"


@dataclass(frozen=True)
class Arrangement:
    """By what rows are found fast: `position` (the columns of right ascension and declination), `indexes`.

    A table with a position keeps its files by the cells of the sky, with an index catalogue for each of the
    `indexes`; one without is in the order of the only one.
    """

    position: tuple[str, str] | None = None
    indexes: tuple[str, ...] = ()

    @property
    def columns(self) -> frozenset[str]:
        """Return the columns on which a condition is answered fast."""
        return frozenset((*(self.position or ()), *self.indexes))


@dataclass(frozen=True)
class Making:
    """A table that is being made: its id, whose it is, its name, whether it replaces one.

    `base` is the id of a table of which this is another form; else what it replaces can be restored.
    """

    table_id: str
    owner: str
    name: str
    replace: bool = False
    base: str | None = None


@dataclass(frozen=True)
class Made:
    """A table that has been made: what it holds, what it was made of, by what its rows are found."""

    content: Content
    provenance: Mapping[str, Any]
    arrangement: Arrangement = field(default_factory=Arrangement)


@dataclass(frozen=True)
class Entry:
    """One table of a user.

    Attributes
    ----------
    table_id
        Its id, and the name of its folder; its files never change.
    owner
        Whose it is.
    name
        Its name, as it was given.
    created
        When it was made.
    content
        What it holds.
    provenance
        What it was made of: see `provenance.py`.
    arrangement
        By what its rows are found.
    visibility
        Who may see it.
    """

    table_id: str
    owner: str
    name: str
    created: datetime
    content: Content
    provenance: Mapping[str, Any] = field(default_factory=dict)
    arrangement: Arrangement = field(default_factory=Arrangement)
    visibility: Visibility = Visibility.PRIVATE


@dataclass(frozen=True)
class Dropped:
    """A table that was dropped or replaced: it can be restored until a moment."""

    entry: Entry
    dropped: datetime
    until: datetime
