"""What the command writes: one writer a format, each takes rows as they come."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from typing import IO, Any

import pyarrow as pa
import pyarrow.csv

from . import terminal_table
from .answer import Answer
from .client import Client
from .errors import IncompleteResult

__all__ = ["FORMATS", "Outcome", "write"]

VOTABLE = "application/x-votable+xml"
PIECE = 1024**2
TAIL = 4096
FITS = "application/fits"
FITS_BLOCK = 2880
HEAD = 2 * FITS_BLOCK


class Outcome:
    """What became of a result: rows written (if they were counted), and whether a limit cut it."""

    def __init__(self, rows: int | None, is_cut: bool) -> None:
        self.rows = rows
        self.is_cut = is_cut


def _table(answer: Answer, out: IO[bytes]) -> None:
    for line in terminal_table.lines(answer.schema, answer.batches()):
        out.write(line.encode("utf-8", "replace") + b"\n")


def _csv(answer: Answer, out: IO[bytes]) -> None:
    with pa.csv.CSVWriter(
        out, answer.schema, write_options=pa.csv.WriteOptions(quoting_style="needed")
    ) as csv:
        for batch in answer.batches():
            csv.write_batch(batch)


def _json_lines(answer: Answer, out: IO[bytes]) -> None:
    for batch in answer.batches():
        for row in batch.to_pylist():
            out.write(json.dumps({key: _plain(value) for key, value in row.items()}).encode() + b"\n")


def _plain(value: Any) -> Any:
    """Say in JSON what JSON has no word for: what is not a number is null, dates and bytes are texts."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, bytes):
        return value.hex()
    return value if value is None or isinstance(value, (bool, int, str)) else str(value)


def _drain(answer: Answer, out: IO[bytes]) -> None:
    for _ in answer.batches():
        pass


_ROWS: dict[str, Callable[[Answer, IO[bytes]], None]] = {
    "table": _table,
    "csv": _csv,
    "arrow": _drain,
    "jsonl": _json_lines,
}
FORMATS = (*_ROWS, "votable", "fits")


def write(client: Client, query: str, out: IO[bytes], *, fmt: str, maxrec: int | None) -> Outcome:
    """Run a query and write its result.

    Raises
    ------
    AstrohubError
        When there is no result, or not all of it: what was written is then worth nothing.
    """
    if fmt == "votable":
        return _votable(client, query, out, maxrec)
    if fmt == "fits":
        return _fits(client, query, out, maxrec)
    with client.open(query, maxrec=maxrec, copy=out if fmt == "arrow" else None) as answer:
        _ROWS[fmt](answer, out)
    return Outcome(answer.rows, answer.is_cut)


def _votable(client: Client, query: str, out: IO[bytes], maxrec: int | None) -> Outcome:
    """Hand the archive's VOTable on; how it ended stands at its end (DALI 1.1, §4.4)."""
    tail = b""
    with client.request(query, mime=VOTABLE, maxrec=maxrec) as response:
        for piece in _pieces(response, "VOTable"):
            out.write(piece)
            tail = (tail + piece)[-TAIL:]
    if b"</VOTABLE>" not in tail or b'value="ERROR"' in tail:
        raise IncompleteResult("The VOTable broke off before its end. Nothing of it is kept: try again.")
    return Outcome(None, b'value="OVERFLOW"' in tail)


def _fits(client: Client, query: str, out: IO[bytes], maxrec: int | None) -> Outcome:
    """Hand the archive's FITS on; how it ended stands in its header, which is written last."""
    head, size = b"", 0
    with client.request(query, mime=FITS, maxrec=maxrec) as response:
        for piece in _pieces(response, "FITS"):
            out.write(piece)
            head = (head + piece)[:HEAD] if len(head) < HEAD else head
            size += len(piece)
    if not head.startswith(b"SIMPLE  =") or size % FITS_BLOCK:
        raise IncompleteResult("The FITS file broke off before its end. Nothing of it is kept: try again.")
    return Outcome(None, b"QSTATUS = 'OVERFLOW'" in head)


def _pieces(response: Any, kind: str) -> Iterator[bytes]:
    import requests

    try:
        yield from response.iter_content(PIECE)
    except requests.RequestException as e:
        raise IncompleteResult(
            f"The {kind} broke off before its end. Nothing of it is kept: try again."
        ) from e
