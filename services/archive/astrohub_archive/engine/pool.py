"""The pool: lanes of worker processes, and who waits for them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from .. import settings
from ..formats import Format
from ..models import Outcome, Statement
from .answer import Answer

__all__ = ["Health", "Lane", "Pool"]

Lane = Literal["quick", "long"]


@dataclass(frozen=True)
class Health:
    """Whether queries can be answered now; `note` is a sentence for people (VOSI 1.1 §5)."""

    available: bool
    note: str


class Pool:
    """Runs statements in worker processes.

    Parameters
    ----------
    options
        Sizes and limits.
    public_dir
        The folder of published catalogues.
    work_dir
        The archive's own folder: spilled data and TAP_SCHEMA lie below it.
    account
        uid and gid of the workers, when the caller is root and they must not be.
    """

    def __init__(
        self,
        options: settings.Engine,
        public_dir: Path,
        work_dir: Path,
        *,
        account: tuple[int, int] | None = None,
    ) -> None:
        raise NotImplementedError

    async def start(self) -> None:
        """Start the workers and wait until each has locked its engine."""
        raise NotImplementedError

    async def stop(self) -> None:
        """End all workers; running queries fail."""
        raise NotImplementedError

    def healthy(self) -> Health:
        """Say whether queries can be answered."""
        raise NotImplementedError

    async def run(
        self, statement: Statement, *, fmt: Format, maxrec: int, timeout_s: float, lane: Lane | None = None
    ) -> Answer:
        """Run a statement and return its answer once the first piece (or all of it) is there.

        Parameters
        ----------
        statement
            What to run.
        fmt
            In which format.
        maxrec
            Rows in the answer at most; if there are more, the outcome says overflow.
        timeout_s
            Seconds that it may run, streaming included.
        lane
            Where to run it; chosen by the bytes it touches when not given.

        Raises
        ------
        BusyError
            When too many queries wait already.
        QueryTimeout
            When the time is over before the first piece.
        QueryError, EngineError
            When the query fails before the first piece.
        """
        raise NotImplementedError

    async def run_to_file(
        self, statement: Statement, path: Path, *, fmt: Format, maxrec: int, timeout_s: float
    ) -> Outcome:
        """Run a statement (in the lane that fits it) and write its answer to `path`: complete or not at all.

        Raises
        ------
        BusyError, QueryTimeout, QueryError, EngineError
            As `run` does; no file is left.
        """
        raise NotImplementedError
