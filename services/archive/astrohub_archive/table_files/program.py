"""Reading one uploaded file, as a task says: what a child of the process that forks does.

What it says is one JSON object: the content of the table, or the sentence of a refusal.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ..errors import ArchiveError, UsageError
from .astronomy_files import read_ecsv, read_fits, read_votable
from .described import own_shape
from .matching import Pattern, matched
from .plain_files import read_csv, read_parquet
from .retyping import retyped, texts_of
from .rows import Rows
from .writing import NoRoomError, write_table

__all__ = ["convert"]

_READERS: dict[str, Callable[[Path], Rows]] = {
    "votable": read_votable,
    "fits": read_fits,
    "ecsv": read_ecsv,
    "parquet": read_parquet,
}


def convert(task: dict[str, Any]) -> dict[str, Any]:
    """Read the file that the task names and write the table.

    The task holds `source`, `format`, `target`, `room_bytes`, `memory_mb`; `kinds` (types of columns as its
    author wants them); `like` (a file of the table to which the rows are to be appended) and `table` (its
    name); `empty` (whether only the columns are wanted).
    """
    sys.addaudithook(_stay_here)
    try:
        return _convert(task)
    except ArchiveError as e:
        return {"refused": e.message}
    except NoRoomError:
        return {"no_room": True}
    except MemoryError:
        return {
            "refused": f"The file needs more than the {task['memory_mb']:,} MB of memory that it may use."
        }


def _stay_here(event: str, _: tuple[object, ...]) -> None:
    """Refuse to follow what a file refers to: a VOTable may name any address as the place of its rows."""
    if event in ("urllib.Request", "socket.connect", "socket.getaddrinfo"):
        raise UsageError("The file refers to another place for its rows; upload one that holds them itself.")


def _convert(task: dict[str, Any]) -> dict[str, Any]:
    pattern = Pattern.of_file(Path(task["like"]), task["table"]) if task.get("like") else None
    rows = _read(task, pattern)
    if task.get("empty"):
        rows = Rows(rows.schema, (), rows.description)
    shape = pattern.shape if pattern is not None else own_shape(rows.schema)
    content = write_table(Path(task["target"]), shape, rows.batches, room_bytes=task["room_bytes"])
    return {"content": {**asdict(content), "description": rows.description}}


def _read(task: dict[str, Any], pattern: Pattern | None) -> Rows:
    kinds, source = task.get("kinds") or {}, Path(task["source"])
    if task["format"] == "csv":
        # A type that is known is no guess: its text is read as it stands, digit by digit.
        rows = read_csv(source, texts=texts_of(kinds) | (pattern.names if pattern is not None else set()))
    else:
        rows = _READERS[task["format"]](source)
    rows = retyped(rows, kinds)
    return rows if pattern is None else matched(rows, pattern)
