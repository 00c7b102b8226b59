"""The process that reads one uploaded file, as the task on its standard input says.

What it says on its output is one JSON object: the content of the table, or the sentence of a refusal.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ..errors import ArchiveError, UsageError
from .described import kept_shape
from .rows import Rows
from .writing import NoRoomError, write_table

__all__ = ["main"]

# Address space that is reserved but never used: libraries of numbers and allocators take that much.
_RESERVED_MB = 2048


def main() -> None:
    """Read the file that the task names and write the table."""
    task: dict[str, Any] = json.loads(sys.stdin.buffer.read())
    limit = (task["memory_mb"] + _RESERVED_MB) * 1024**2
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    sys.addaudithook(_stay_here)
    try:
        said = _convert(task)
    except ArchiveError as e:
        said = {"refused": e.message}
    except NoRoomError:
        said = {"no_room": True}
    except MemoryError:
        said = {
            "refused": f"The file needs more than the {task['memory_mb']:,} MB of memory that it may use."
        }
    sys.stdout.write(json.dumps(said) + "\n")


def _stay_here(event: str, _: tuple[object, ...]) -> None:
    """Refuse to follow what a file refers to: a VOTable may name any address as the place of its rows."""
    if event in ("urllib.Request", "socket.connect", "socket.getaddrinfo"):
        raise UsageError("The file refers to another place for its rows; upload one that holds them itself.")


def _convert(task: dict[str, Any]) -> dict[str, Any]:
    rows = _reader(task["format"])(Path(task["source"]))
    shape = kept_shape(rows.schema)
    content = write_table(Path(task["target"]), shape, rows.batches, room_bytes=task["room_bytes"])
    return {"content": {**asdict(content), "description": rows.description}}


def _reader(name: str) -> Callable[[Path], Rows]:
    if name in ("csv", "parquet"):
        from . import plain_files

        return plain_files.read_csv if name == "csv" else plain_files.read_parquet
    from . import astronomy_files

    readers = {
        "votable": astronomy_files.read_votable,
        "fits": astronomy_files.read_fits,
        "ecsv": astronomy_files.read_ecsv,
    }
    return readers[name]


if __name__ == "__main__":
    main()
