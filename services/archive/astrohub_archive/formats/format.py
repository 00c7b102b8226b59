"""What a format is: names by which it is asked for, and an encoder that writes it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from ..models import Outcome, ResultColumn

__all__ = ["Assignment", "Encoder", "EncoderFactory", "Format", "Scratch"]


@dataclass(frozen=True)
class Scratch:
    """Where an encoder may keep rows that it cannot write yet.

    Attributes
    ----------
    folder
        A folder for files without a name; the system's own if not given.
    most_bytes
        Bytes that one answer may take there.
    """

    folder: Path | None = None
    most_bytes: int = 1024**3


@dataclass(frozen=True)
class Assignment:
    """What an encoder is told of the answer that it is to write.

    Attributes
    ----------
    schema
        The Arrow schema of the rows.
    columns
        What is known of each column.
    maxrec
        The limit of rows.
    scratch
        Where it may keep rows for a while.
    """

    schema: pa.Schema
    columns: tuple[ResultColumn, ...]
    maxrec: int
    scratch: Scratch = Scratch()


class Encoder(Protocol):
    """Writes one answer, front to back; holds no more than a few batches in memory.

    Attributes
    ----------
    is_by_batch
        Whether batches are written each for itself: then several threads may write some at once.
    """

    is_by_batch: bool

    def head(self) -> bytes:
        """Return what stands before the rows."""

    def rows(self, batch: pa.RecordBatch) -> bytes | memoryview:
        """Return the rows of one batch."""

    def tail(self, outcome: Outcome) -> Iterable[bytes]:
        """Yield what stands after the rows and says how the answer ended.

        A format whose first bytes depend on the last row (FITS) writes all of the answer here. It
        writes nothing at all for an answer that failed.
        """


EncoderFactory = Callable[[Assignment], Encoder]


@dataclass(frozen=True)
class Format:
    """One format of an answer.

    Attributes
    ----------
    name
        The short name of RESPONSEFORMAT (`votable`, `csv`, `fits`).
    mime
        The media type of the response.
    extension
        The ending of a file in this format, without the dot.
    tells_failure
        Whether a failure after the first bytes can be told inside the answer; where it cannot, the
        connection has to be broken off.
    aliases
        Further names and media types by which it is asked for.
    encoder
        Makes an encoder of one answer.
    is_kept
        Whether all rows are put aside on a disk until the last one is known.
    """

    name: str
    mime: str
    extension: str
    tells_failure: bool
    aliases: tuple[str, ...]
    encoder: EncoderFactory
    is_kept: bool = False
