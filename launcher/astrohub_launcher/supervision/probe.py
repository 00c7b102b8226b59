"""Asks a part whether it is healthy."""

from __future__ import annotations

import http.client
from collections.abc import Iterable
from urllib.parse import urlsplit

from ..parts.part import Question

__all__ = ["look", "why_not"]

_TIMEOUT_S = 5


def why_not(questions: Iterable[Question]) -> str | None:
    """Return why a part is not healthy; None when it is."""
    return look(questions)[0]


def look(questions: Iterable[Question]) -> tuple[str | None, bool]:
    """Return why a part is not healthy (None when it is), and whether its first question had any answer."""
    for number, question in enumerate(questions):
        status = _status(question)
        if status is None:
            return question.otherwise, number > 0
        if status != 200:
            return f"{question.otherwise} ({urlsplit(question.url).path}: {status})", True
    return None, True


def _status(question: Question) -> int | None:
    address = urlsplit(question.url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=_TIMEOUT_S)
    try:
        connection.request("GET", address.path, headers=dict(question.headers))
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
