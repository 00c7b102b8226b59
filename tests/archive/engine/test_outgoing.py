"""Answers on their way out: whatever is done at once, the bytes are those of one batch after the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pytest
from astrohub_archive.engine import outgoing
from astrohub_archive.engine.frames import Kind
from astrohub_archive.engine.outgoing import Outgoing
from astrohub_archive.errors import QueryError
from astrohub_archive.formats import FORMATS, Assignment, Encoder, Format
from astrohub_archive.formats.shape import Shape, shape_of
from astrohub_archive.models import Outcome

SCHEMA = pa.schema([("n", pa.uint64()), ("t", pa.string())])
# No multiple of three bytes: what base64 cannot write yet has to wait for the next rows.
ROWS = 1_001
FEW_BYTES = 4_000


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let few bytes be a batch."""
    monkeypatch.setattr(outgoing, "_BATCH_BYTES", FEW_BYTES)


def batches(count: int, *, bad: int | None = None) -> Iterator[pa.RecordBatch]:
    """Yield batches; one of them may have a number that no format can write."""
    for number in range(count):
        numbers = list(range(number * ROWS, (number + 1) * ROWS))
        if number == bad:
            numbers[-1] = 2**64 - 1
        texts = [f"é{n % 7 * 'x'}" for n in numbers]
        yield pa.record_batch([pa.array(numbers, pa.uint64()), pa.array(texts)], schema=SCHEMA)


def made(fmt: Format) -> tuple[Shape, Encoder]:
    """Return shape and encoder of the batches."""
    shape = shape_of(SCHEMA, ())
    return shape, fmt.encoder(Assignment(shape.schema, shape.columns, 10**9))


class Sent:
    """What was sent: bytes, and how it ended."""

    def __init__(self) -> None:
        self.content = b""
        self.end: Any = None

    def __call__(self, kind: Kind, content: Any) -> None:
        """Take a frame."""
        if kind is Kind.DATA:
            self.content += bytes(content)
        elif kind in (Kind.END, Kind.FAIL):
            self.end = content


def whole(content: bytes) -> pa.Table:
    """Return an answer in Arrow, however its rows were cut into batches."""
    return pa.ipc.open_stream(content).read_all().combine_chunks()


@pytest.mark.parametrize("fmt", [fmt for fmt in FORMATS if fmt.name != "parquet"], ids=lambda fmt: fmt.name)
@pytest.mark.parametrize("limit", [10**9, 5 * ROWS + 3])
def test_several_batches_are_written_as_one_after_the_other(fmt: Format, limit: int) -> None:
    shape, encoder = made(fmt)
    sent = Sent()
    answer = Outgoing(sent, threads=3)
    answer.begin(shape, encoder)
    was_cut = answer.add(batches(20), limit=limit, stop=lambda: None)
    answer.end(Outcome(answer.rows, was_cut), lambda: None)
    assert answer.rows == min(20 * ROWS, limit)
    assert was_cut == (limit < 20 * ROWS)
    _, alone = made(fmt)
    rows = pa.Table.from_batches(batches(20)).slice(0, limit).combine_chunks().to_batches()
    parts = [alone.head(), *(alone.rows(shape.fit(batch)) for batch in rows)]
    expected = b"".join([*parts, *alone.tail(Outcome(answer.rows, was_cut))])
    if fmt.name == "arrow":
        assert whole(sent.content).equals(whole(expected))
    else:
        assert sent.content == expected


@pytest.mark.parametrize("fmt", [fmt for fmt in FORMATS if fmt.tells_failure], ids=lambda fmt: fmt.name)
def test_rows_before_a_failure_are_whole_whatever_was_begun_behind_it(fmt: Format) -> None:
    shape, encoder = made(fmt)
    sent = Sent()
    answer = Outgoing(sent, threads=3)
    answer.begin(shape, encoder)
    with pytest.raises(QueryError) as failure:
        answer.add(batches(30, bad=10), limit=10**9, stop=lambda: None)
    answer.fail(failure.value, detail="")
    before = answer.rows
    assert 10 * ROWS <= before < 11 * ROWS
    _, alone = made(fmt)
    kept = pa.Table.from_batches(batches(11)).slice(0, before).combine_chunks().to_batches()
    parts = [alone.head(), *(alone.rows(shape.fit(batch)) for batch in kept)]
    expected = b"".join([*parts, *alone.tail(Outcome(before, message=failure.value.message))])
    if fmt.name == "arrow":
        assert whole(sent.content).equals(whole(expected))
    else:
        assert sent.content == expected
    assert sent.end["fault"]["message"] == failure.value.message


def test_large_batches_are_cut_and_small_ones_put_together() -> None:
    found = list(outgoing._gathered(batches(7)))
    assert pa.Table.from_batches(found).equals(pa.Table.from_batches(batches(7)))
    assert all(batch.nbytes <= 2 * FEW_BYTES for batch in found)
    small = [batch.slice(begin, 10) for batch in batches(2) for begin in range(0, ROWS, 10)]
    assert len(list(outgoing._gathered(iter(small)))) < len(small) / 5
    empty = next(batches(1)).slice(0, 0)
    assert [batch.num_rows for batch in outgoing._gathered(iter([empty]))] == [0]
