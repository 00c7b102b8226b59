"""What a format is: names by which it is asked for, and an encoder that writes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa

from ..models import Outcome, ResultColumn

__all__ = ["Encoder", "EncoderFactory", "Format"]


class Encoder(Protocol):
    """Writes one answer, front to back; holds no more than one batch."""

    def head(self) -> bytes:
        """Return what stands before the rows."""

    def rows(self, batch: pa.RecordBatch) -> bytes:
        """Return the rows of one batch."""

    def tail(self, outcome: Outcome) -> bytes:
        """Return what stands after the rows and says how the answer ended."""


EncoderFactory = Callable[[pa.Schema, tuple[ResultColumn, ...], int], Encoder]


@dataclass(frozen=True)
class Format:
    """One format of an answer.

    Attributes
    ----------
    name
        The short name of RESPONSEFORMAT (`votable`, `csv`, `arrow`).
    mime
        The media type of the response.
    extension
        The ending of a file in this format, without the dot.
    tells_failure
        Whether a failure after the first bytes can be told inside the answer; where it cannot, the
        connection has to be aborted.
    aliases
        Further names and media types by which it is asked for.
    encoder
        Makes an encoder from the Arrow schema of the rows, what is known of the columns, and the row limit.
    """

    name: str
    mime: str
    extension: str
    tells_failure: bool
    aliases: tuple[str, ...]
    encoder: EncoderFactory
