"""What is known of one table of a user."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ..table_files import Content

__all__ = ["Entry", "Making"]


@dataclass(frozen=True)
class Making:
    """A table that is being made: its id, whose it is, its name, whether it replaces one."""

    table_id: str
    owner: str
    name: str
    replace: bool


@dataclass(frozen=True)
class Entry:
    """One table of a user.

    Attributes
    ----------
    table_id
        Its id, and the name of its folder.
    owner
        Whose it is.
    name
        Its name, as it was given.
    created
        When it was made.
    content
        What it holds.
    provenance
        What it was made of: `query` or `file`, in the user's own words.
    """

    table_id: str
    owner: str
    name: str
    created: datetime
    content: Content
    provenance: Mapping[str, str] = field(default_factory=dict)
