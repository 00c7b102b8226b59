"""What the page's requests say: JSON in, a question or a saving out, or a sentence."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from .archive import ARROW, Question
from .errors import BadRequest

__all__ = ["FORMATS", "Saving", "question_of", "saving_of", "text_of", "wire_path"]

#: What the page calls a format, and what TAP does.
FORMATS = {"arrow": ARROW, **{name: name for name in ("parquet", "votable", "fits", "csv", "ecsv")}}

_JOB = re.compile(r"[A-Za-z0-9]{1,64}")


@dataclass(frozen=True)
class Saving:
    """A query whose answer becomes a file of the VOSpace."""

    question: Question
    path: str
    replace: bool


def question_of(body: bytes) -> Question:
    """Read `{"query", "maxrec", "id", "format"?}`."""
    said = _read(body, "A query is sent as JSON with the keys query, maxrec and id.")
    return _question(said, _row_limit(said.get("maxrec")))


def saving_of(body: bytes) -> Saving:
    """Read `{"query", "id", "format", "path", "replace"?, "job"?}`; no row limit: a file is whole."""
    said = _read(body, "A saving is sent as JSON with the keys query, id, format and path.")
    path = said.get("path")
    if not isinstance(path, str) or not path.strip("/"):
        raise BadRequest("The file has no path: give one such as home/you/result.parquet.")
    return Saving(_question(said, None), wire_path(path), said.get("replace") is True)


def text_of(body: bytes, key: str) -> str:
    """Read the one string of a body such as `{"path": "…"}`."""
    value = _read(body, f"The request is sent as JSON with the key {key}.").get(key)
    if not isinstance(value, str) or not value:
        raise BadRequest(f"The request says no {key}.")
    return value


def wire_path(path: str) -> str:
    """Write a path as it goes on the wire; it must stay below where it begins."""
    steps = path.strip("/").split("/")
    if any(step in ("", ".", "..") or "\\" in step or "\0" in step for step in steps):
        raise BadRequest(f"{path} is not a path: it has an empty step, a . or a ..")
    return "/".join(quote(step, safe="") for step in steps)


def _read(body: bytes, usage: str) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadRequest(usage) from error
    if not isinstance(said, dict):
        raise BadRequest(usage)
    for key, value in said.items():
        if isinstance(value, str):
            _check_text(key, value)
    return said


def _check_text(key: str, value: str) -> None:
    """Refuse half of a character: JSON can say one (`"\\ud800"`), UTF-8 cannot."""
    try:
        value.encode()
    except UnicodeEncodeError as error:
        place = error.start + 1
        raise BadRequest(f"The {key} is no text: character {place} is half of one, write it anew.") from error


def _question(said: dict[str, Any], maxrec: int | None) -> Question:
    query, name, fmt = said.get("query"), said.get("id"), said.get("format", "arrow")
    if not isinstance(query, str) or not query.strip():
        raise BadRequest("The query is empty: write an ADQL query first.")
    if not isinstance(name, str) or not name.isascii() or not 0 < len(name) <= 64:
        raise BadRequest("The id of a query is a string of at most 64 ASCII characters.")
    if not isinstance(fmt, str) or fmt not in FORMATS:
        raise BadRequest(f"The format is one of {', '.join(FORMATS)}.")
    return Question(query=query, maxrec=maxrec, id=name, format=FORMATS[fmt], job=_job(said.get("job")))


def _job(job: object) -> str | None:
    if job is not None and (not isinstance(job, str) or not _JOB.fullmatch(job)):
        raise BadRequest("The id of a job is letters and digits, at most 64.")
    return job


def _row_limit(maxrec: object) -> int:
    if not isinstance(maxrec, int) or isinstance(maxrec, bool) or maxrec < 1:
        raise BadRequest("The row limit is a whole number above zero.")
    return maxrec
