"""A spool: rows on disk until their format knows what stands before them, never more bytes than allowed."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator

import pyarrow as pa

from ..errors import EngineError
from .format import Scratch

__all__ = ["Spool"]

_BUFFER_BYTES = 1024 * 1024


class Spool:
    """Rows in a file that has no name, so that nothing is left of it whatever happens.

    Parameters
    ----------
    schema
        The columns of the rows.
    scratch
        Where the file lies, and how long it may become.
    """

    def __init__(self, schema: pa.Schema, scratch: Scratch) -> None:
        self._most_bytes = scratch.most_bytes
        self._file = tempfile.TemporaryFile(dir=scratch.folder, buffering=_BUFFER_BYTES)  # noqa: SIM115
        self._writer = pa.ipc.new_stream(pa.PythonFile(self._file, mode="w"), schema)

    def add(self, batch: pa.RecordBatch) -> None:
        """Keep rows.

        Raises
        ------
        EngineError
            When they would take more room than there is.
        """
        try:
            self._writer.write_batch(batch)
            size_bytes = self._file.tell()
        except OSError as e:
            raise EngineError(
                "The archive has no room on its disk to put together this answer; ask for Parquet, "
                "which is sent as it is made."
            ) from e
        if size_bytes > self._most_bytes:
            raise EngineError(
                f"The answer takes more than the {self._most_bytes // 1024**2:,} MB in which it may be put "
                "together; ask for Parquet, which is sent as it is made, or for fewer rows."
            )

    def finish(self) -> None:
        """Take no more rows."""
        self._writer.close()
        self._file.flush()

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield the rows again, as they were kept; can be called more than once after `finish`."""
        self._file.seek(0)
        yield from pa.ipc.open_stream(pa.PythonFile(self._file, mode="r"))

    def close(self) -> None:
        """Give the room back."""
        self._file.close()
