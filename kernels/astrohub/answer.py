"""An answer's Arrow stream: its batches, and how it ended."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import IO, Any

import pyarrow as pa
import pyarrow.ipc
import requests
import urllib3

from .errors import IncompleteResult

__all__ = ["ARROW", "Answer"]

ARROW = "application/vnd.apache.arrow.stream"
_BROKEN = (pa.ArrowException, OSError, urllib3.exceptions.HTTPError, requests.RequestException)


class _Copied:
    """Reads the body of a response and writes what was read to another stream."""

    def __init__(self, response: requests.Response, copy: IO[bytes] | None) -> None:
        self._source = response.raw
        # What need not be unpacked is not copied through another buffer.
        self._is_packed = "Content-Encoding" in response.headers
        self._copy = copy
        self.closed = False

    def read(self, size: int = -1) -> bytes:
        """Read at most so many bytes."""
        count = size if size >= 0 else None
        content: bytes = self._source.read(count, decode_content=self._is_packed)
        if self._copy:
            self._copy.write(content)
        return content

    def readable(self) -> bool:
        """Tell that this can be read."""
        return True


class Answer:
    """The rows of one answer as they arrive; closing it before the end stops the query.

    Parameters
    ----------
    response
        The HTTP response, not yet read.
    copy
        Where to write the stream's own bytes as well.

    Attributes
    ----------
    rows
        Rows that have come so far.
    is_cut
        After the end: whether a limit cut the result.
    """

    def __init__(self, response: requests.Response, copy: IO[bytes] | None = None) -> None:
        self._response = response
        self._started = time.monotonic()
        self.rows = 0
        self.is_cut = False
        self._ended = False
        try:
            self._reader = pa.ipc.open_stream(pa.PythonFile(_Copied(response, copy), mode="r"))
        except _BROKEN as e:
            response.close()
            raise self._broken() from e

    def __enter__(self) -> Answer:
        return self

    def __exit__(self, *_: object) -> None:
        self._response.close()

    @property
    def schema(self) -> pa.Schema:
        """Columns with their units and descriptions, as metadata of the fields."""
        return self._reader.schema

    @property
    def limit(self) -> int | None:
        """The limit on rows that the archive applied."""
        said = (self.schema.metadata or {}).get(b"astrohub.maxrec", b"")
        return int(said) if said.isdigit() else None

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield the rows, and check at the end that it was the end.

        Raises
        ------
        IncompleteResult
            When the stream breaks off, or the archive says in it that it failed.
        """
        while (batch := self._next()) is not None:
            self.rows += batch.num_rows
            if batch.num_rows:
                yield batch
        if not self._ended:
            raise self._broken()

    def _next(self) -> pa.RecordBatch | None:
        try:
            batch, metadata = self._reader.read_next_batch_with_custom_metadata()
        except StopIteration:
            return None
        except _BROKEN as e:
            raise self._broken() from e
        status = (metadata or {}).get(b"astrohub.status", b"").decode()
        if status == "ERROR":
            said = metadata.get(b"astrohub.message", b"").decode("utf-8", "replace")
            raise IncompleteResult(f"The archive stopped after {self.rows:,} rows: {said}")
        if status:
            self._finish(status, metadata)
        return batch

    def _finish(self, status: str, metadata: Any) -> None:
        promised = metadata.get(b"astrohub.rows", b"")
        if promised.isdigit() and int(promised) != self.rows:
            raise self._broken()
        self._ended = True
        self.is_cut = status == "OVERFLOW"

    def _broken(self) -> IncompleteResult:
        return IncompleteResult(
            f"The answer broke off after {self.rows:,} rows and {time.monotonic() - self._started:.0f} s. "
            "Nothing of it is kept: try again."
        )
