"""What a kernel runs: noted before each cell in a file that outlives it, and read when it has ended."""

from __future__ import annotations

import atexit
import inspect
import os
import re
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["Ran", "begin_record", "load_ipython_extension", "ran_last"]

#: Ids of cells as nbformat 4.5 has them; nothing else that a request says is written down.
_CELL = re.compile(r"[A-Za-z0-9_-]{1,64}")
#: The process, and the cell that it runs, if it runs one.
_RECORD = re.compile(rf"([0-9]{{1,9}})(?: ({_CELL.pattern}))? *")
#: Bytes of a record: always as many, so that one write replaces all of it and a full disk does not matter.
_SIZE = 80
_Handler = Callable[[Any, Any, dict[str, Any]], Awaitable[None] | None]


@dataclass(frozen=True)
class Ran:
    """What a kernel ran when it ended.

    Parameters
    ----------
    cell
        The cell's id; None where no cell of a notebook ran.
    """

    cell: str | None


def load_ipython_extension(shell: Any) -> None:
    """Let a kernel keep its record; called by IPython in every kernel of this environment.

    A kernel that cannot write beside its connection file runs without.

    Parameters
    ----------
    shell
        The kernel's shell. One that is no kernel's is left as it is.
    """
    kernel = getattr(shell, "kernel", None)
    named = getattr(getattr(kernel, "parent", None), "abs_connection_file", "")
    if kernel is None or not named:
        return
    with suppress(OSError):
        note = begin_record(Path(named))
        handlers = kernel.shell_handlers
        handlers["execute_request"] = _noted(handlers["execute_request"], note)


def begin_record(connection_file: Path) -> Callable[[str | None], None]:
    """Begin the record of this process and return what writes it: a cell's id, or None when no cell runs.

    What the kernel's last process has left is kept until this one has ended.

    Parameters
    ----------
    connection_file
        The kernel's; its record lies beside it.

    Raises
    ------
    OSError
        When nothing can be written there.
    """
    record, before = _places(connection_file)
    _drop_left_over(connection_file.parent)
    before.unlink(missing_ok=True)
    with suppress(FileNotFoundError):
        record.rename(before)
    file = os.open(record, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    process = os.getpid()

    def note(cell: str | None) -> None:
        text = f"{process} {cell or ''}"
        with suppress(OSError):
            os.pwrite(file, text.ljust(_SIZE).encode("ascii"), 0)

    def drop() -> None:
        if os.getpid() == process:  # not where a cell has forked
            for path in (record, before):
                with suppress(OSError):
                    path.unlink(missing_ok=True)

    note(None)
    atexit.register(drop)
    return note


def ran_last(connection_file: Path) -> Ran | None:
    """Return what a kernel ran when its process ended; None where it kept no record.

    Parameters
    ----------
    connection_file
        The kernel's. Whether the next process has begun already does not matter.
    """
    for path in _places(connection_file):
        with suppress(OSError), path.open(encoding="ascii", errors="replace") as file:
            said = _RECORD.fullmatch(file.read(_SIZE))
            if said and not _is_there(int(said[1])):
                return Ran(said[2])
    return None


def _noted(handle: _Handler, note: Callable[[str | None], None]) -> _Handler:
    """Return a handler of requests that notes each before it is handled, and its end."""

    async def execute_request(stream: Any, ident: Any, parent: dict[str, Any]) -> None:
        is_main = threading.current_thread() is threading.main_thread()  # a subshell runs no cells
        if is_main:
            note(_cell_of(parent.get("metadata")))
        try:
            done = handle(stream, ident, parent)
            if inspect.isawaitable(done):
                await done
        finally:
            if is_main:
                note(None)

    return execute_request


def _cell_of(metadata: object) -> str | None:
    """Return the cell that a request names, as JupyterLab and others do by `cellId`."""
    cell = metadata.get("cellId") if isinstance(metadata, dict) else None
    return cell if isinstance(cell, str) and _CELL.fullmatch(cell) else None


def _places(connection_file: Path) -> tuple[Path, Path]:
    """Return where a kernel's record lies, and that of its process before."""
    return connection_file.with_suffix(".ran"), connection_file.with_suffix(".ran-before")


def _drop_left_over(folder: Path) -> None:
    """Remove the records of kernels that are no more: one that was killed could not."""
    for path in folder.glob("kernel-*.ran*"):
        if not path.with_suffix(".json").exists():
            with suppress(OSError):
                path.unlink(missing_ok=True)


def _is_there(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
