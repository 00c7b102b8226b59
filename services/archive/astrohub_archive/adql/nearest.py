"""The name that may have been meant by one that does not exist."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

__all__ = ["nearest", "with_suggestion"]


def nearest(name: str, names: Iterable[str]) -> str | None:
    """Return the name most like `name`, whatever the case, if one is like it at all."""
    known = {candidate.lower(): candidate for candidate in names}
    found = difflib.get_close_matches(name.lower(), known, n=1, cutoff=0.6)
    return known[found[0]] if found else None


def with_suggestion(sentence: str, suggestion: str | None) -> str:
    """Return a sentence without its full stop, ended by the question whether `suggestion` was meant."""
    return f"{sentence}; did you mean {suggestion}?" if suggestion else f"{sentence}."
