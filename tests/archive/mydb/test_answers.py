"""Tables made of answers, many at once: none waits for a thread that another one holds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import pyarrow as pa
import pyarrow.parquet as pq
from astrohub_archive.engine import Answer
from astrohub_archive.models import Outcome
from astrohub_archive.mydb.answers import AnswerWriter
from astrohub_archive.mydb.room import Allowance

_TABLES, _BATCHES, _STUCK_S = 60, 5, 60


class SmallAnswer:
    """An answer of a few batches, each in a chunk of its own."""

    failure = None
    outcome = Outcome(rows=_BATCHES)

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield an Arrow stream piece by piece."""
        rows = pa.record_batch({"number": [1]})
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, rows.schema) as stream:
            for _ in range(_BATCHES):
                stream.write_batch(rows)
        whole = sink.getvalue().to_pybytes()
        for start in range(0, len(whole), 200):
            yield whole[start : start + 200]


def _as_much_as_wanted(size_bytes: int) -> int:
    return size_bytes


async def test_more_tables_are_made_at_once_than_there_are_threads(tmp_path: Path) -> None:
    writer = AnswerWriter(maximum_rows=100)
    answers: list[Any] = [SmallAnswer() for _ in range(_TABLES)]
    paths = [tmp_path / f"{number}.parquet" for number in range(_TABLES)]
    writing = [
        writer.write(cast(Answer, answer), path, allowance=cast(Allowance, _as_much_as_wanted))
        for answer, path in zip(answers, paths, strict=True)
    ]
    await asyncio.wait_for(asyncio.gather(*writing), _STUCK_S)
    assert {pq.read_metadata(path).num_rows for path in paths} == {_BATCHES}
