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
#: The process, when it began (where that is known), and the cell that it runs, if it runs one.
_RECORD = re.compile(rf"([0-9]{{1,9}})(?:/([0-9]{{1,20}}))?(?: ({_CELL.pattern}))? *")
#: Bytes of a record: always as many, so that one write replaces all of it.
_SIZE = 96
#: What the kernel of the system tells of processes; not every system does.
_PROCESSES = Path("/proc")
#: States of a process that has ended, and whose parent has not asked yet how.
_ENDED = frozenset("ZXx")
#: Connection files beside which a record is kept, as servers name them.
_KEPT = re.compile(r"kernel-.+\.json")
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

    A kernel that cannot write beside its connection file runs without, as does one that no server
    has started: only of `kernel-*.json` is what is left behind found and removed again.

    Parameters
    ----------
    shell
        The kernel's shell. One that is no kernel's is left as it is.
    """
    kernel = getattr(shell, "kernel", None)
    named = getattr(getattr(kernel, "parent", None), "abs_connection_file", "")
    if kernel is None or not _KEPT.fullmatch(Path(named).name):
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
    record, before, new = places = _places(connection_file)
    process = os.getpid()

    def drop() -> None:
        if os.getpid() == process:  # not where a cell has forked
            for path in places:
                with suppress(OSError):
                    path.unlink(missing_ok=True)

    try:
        _drop_left_over(connection_file.parent)
        new.unlink(missing_ok=True)
        note = _begin_notes(new)
        before.unlink(missing_ok=True)
        with suppress(FileNotFoundError):
            record.rename(before)
        new.rename(record)
    except OSError:
        drop()  # else what the last process ran would be told of this one
        raise
    atexit.register(drop)
    return note


def ran_last(connection_file: Path) -> Ran | None:
    """Return what a kernel ran when its process ended; None where it kept no record.

    Parameters
    ----------
    connection_file
        The kernel's. Whether the next process has begun already does not matter.
    """
    record, before, _ = _places(connection_file)
    for path in (record, before):
        try:
            with path.open(encoding="ascii", errors="replace") as file:
                said = _RECORD.fullmatch(file.read(_SIZE))
        except FileNotFoundError:
            continue
        except OSError:
            return None
        if said is None:
            return None  # a process whose notes failed: what the one before it ran is no answer
        if not _is_there(int(said[1]), said[2]):
            return Ran(said[3])
    return None


def _begin_notes(path: Path) -> Callable[[str | None], None]:
    """Make a file and return what notes in it the cell that this process runs, or that none does."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    process = os.getpid()
    _, since = _state(process) or (None, None)
    whose = f"{process}/{since}" if since else f"{process}"

    def note(cell: str | None) -> None:
        if os.getpid() != process:  # a cell has forked, and the child comes back from it
            return
        text = f"{whose} {cell or ''}".ljust(_SIZE).encode("ascii")
        try:
            is_whole = os.pwrite(file, text, 0) == _SIZE
        except OSError:
            is_whole = False
        if not is_whole:  # a full disk or quota: better no note than that of the cell before
            with suppress(OSError):
                os.ftruncate(file, 0)

    note(None)
    return note


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


def _places(connection_file: Path) -> tuple[Path, Path, Path]:
    """Return where a kernel's record lies, that of its process before, and one that begins."""
    record, before, new = (connection_file.with_suffix(f".ran{end}") for end in ("", "-before", "-new"))
    return record, before, new


def _drop_left_over(folder: Path) -> None:
    """Remove the records of kernels that are no more: one that was killed could not."""
    for path in folder.glob("kernel-*.ran*"):
        if not path.with_suffix(".json").exists():
            with suppress(OSError):
                path.unlink(missing_ok=True)


def _is_there(process: int, since: str | None) -> bool:
    """Tell whether a process runs still; another of its number that began at another time is none."""
    if told := _state(process):
        return told[0] not in _ENDED and since in (None, told[1])
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _state(process: int) -> tuple[str, str] | None:
    """Return a process's state, and when it began, in ticks since the system did (`proc_pid_stat(5)`)."""
    try:
        told = (_PROCESSES / str(process) / "stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    fields = told.rpartition(")")[2].split()  # before it stands the program's name, with any sign in it
    return (fields[0], fields[19]) if len(fields) > 19 else None
