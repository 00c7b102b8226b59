"""What is known of columns, between server and worker: clients ask for the same again and again."""

from __future__ import annotations

import json
from functools import lru_cache

from ..models import ResultColumn

__all__ = ["columns_as_json", "columns_from_json"]

_KEPT = 256


@lru_cache(maxsize=_KEPT)
def columns_as_json(columns: tuple[ResultColumn, ...]) -> str:
    """Return what is known of columns as a text."""
    return json.dumps([vars(column) for column in columns])


@lru_cache(maxsize=_KEPT)
def columns_from_json(text: str) -> tuple[ResultColumn, ...]:
    """Return what a text says."""
    return tuple(ResultColumn(**column) for column in json.loads(text))
