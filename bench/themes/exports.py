"""Exports of all rows, in each format."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from astrohub_archive.models import Table
from measuring import Contest
from memory import ServiceMemory
from ours import Piece
from subject import Ours, Subject

__all__ = ["contests"]

_PEER_ROWS = 200_000


def contests(subject: Subject) -> list[Contest]:
    """Return all of them."""
    return [_export(subject, fmt) for fmt in ("arrow", "votable", "parquet", "csv")]


def _export(subject: Subject, fmt: str) -> Contest:
    columns = subject.columns
    writers: dict[str, Callable[[], bytes | Path]] = {
        "arrow": lambda: subject.limit.export_arrow(columns),
        "votable": lambda: subject.limit.export_arrow(columns),
        "parquet": lambda: subject.limit.export_parquet(columns, alike=True),
        "csv": lambda: subject.limit.export_csv(columns),
    }
    rows = int(subject.table.rows or 0)

    def limit(number: int) -> int:
        writers[fmt]()
        return rows

    def ours(one: Ours) -> Callable[[int], int]:
        query = f"SELECT {columns} FROM {subject.name}"
        if fmt in _TO_FILES:
            return lambda _: _TO_FILES[fmt](one.pieces(query, fmt), subject.work / "ours.export")
        return lambda _: _rows_in(fmt, one.ask(query, fmt), subject.table)

    whom = {who: ours(one) for who, one in subject.ours.items()}
    contest = Contest(f"export {fmt}", {"limit": limit, **whom})
    if subject.archive is not None:
        _watch_memory(contest, "ours, HTTP", subject.archive.memory)
    if fmt == "parquet":
        contest.contenders["pyarrow's defaults"] = lambda _: _rows_of(
            subject.limit.export_parquet(columns, alike=False)
        )
    if fmt == "votable" and subject.slow:
        few = min(_PEER_ROWS, rows)
        contest.contenders["astropy writes"] = lambda _: _astropy(subject.limit.reader(columns), few)
        contest.share["astropy writes"] = few / max(rows, 1)
    return contest


def _rows_of(path: Path) -> int:
    return int(pq.read_metadata(path).num_rows)


def _watch_memory(contest: Contest, contender: str, memory: ServiceMemory) -> None:
    work = contest.contenders[contender]

    def watched(number: int) -> int:
        with memory.watched():
            found: int = work(number)
        contest.notes[contender] = f"{memory.above_idle_mb:,.0f} MB above idle"
        return found

    contest.contenders[contender] = watched


def _rows_in(fmt: str, content: bytes, table: Table) -> int:
    """Return how many rows an answer has; of VOTable's packed rows, only that it ends well is looked at."""
    if fmt == "arrow":
        return sum(batch.num_rows for batch in pa.ipc.open_stream(content))
    end = content[-2000:].rstrip()
    return int(table.rows or 0) if end.endswith(b"</VOTABLE>") and b'value="ERROR"' not in end else -1


def _csv_to_file(pieces: Iterable[Piece], path: Path) -> int:
    """Write an answer as it comes; return how many rows it has."""
    lines = 0
    with path.open("wb") as file:
        for piece in pieces:
            file.write(piece)
            lines += bytes(piece).count(b"\n")
    return lines - 1


def _parquet_to_file(pieces: Iterable[Piece], path: Path) -> int:
    with path.open("wb") as file:
        file.writelines(pieces)
    return _rows_of(path)


_TO_FILES = {"csv": _csv_to_file, "parquet": _parquet_to_file}
"""What the limit writes to a file, ours does, too."""


def _astropy(reader: pa.RecordBatchReader, rows: int) -> int:
    from astropy.table import Table as AstropyTable

    batches, taken = [], 0
    while taken < rows:
        batches.append(reader.read_next_batch().slice(0, rows - taken))
        taken += batches[-1].num_rows
    columns = pa.Table.from_batches(batches)
    table = AstropyTable({name: columns[name].to_numpy() for name in columns.column_names})
    table.write(io.BytesIO(), format="votable", tabledata_format="binary2")
    return taken
