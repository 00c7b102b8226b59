"""The pool: lanes of worker processes, and which of them runs what."""

from __future__ import annotations

import asyncio
import itertools
import logging
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

import pyarrow as pa

from .. import settings
from ..errors import ArchiveError, QueryTimeout
from ..formats import Format, find_format
from ..models import HatsTable, Outcome, Statement, Table
from .answer import Answer
from .at_hand import AtHand
from .cardinality import expected_rows
from .estimate import Estimate, Lane
from .faults import Declined
from .frames import Kind
from .lane import Lane as _Lane
from .meter import Meter, Tell, told
from .plan import Plan, Planner, page_folder
from .process import WorkerProcess, WorkerSettings
from .survey import Survey, survey
from .temp_root import TempRoot
from .told_columns import columns_as_json
from .whole_file import write_whole
from .worker_answer import WorkerAnswer

__all__ = ["Health", "Lane", "Pool"]

_log = logging.getLogger(__name__)

_T = TypeVar("_T")

_TAP_SCHEMA = "tap_schema"
_INTERPRETER_MB = 160
# What reads much leaves three quarters of a processor to small queries that want it.
_NICENESS = 5
_SMALL_BYTES = 16 * 1024**2
# Rows that stand in so many places are picked in some hundredths of a second.
_FEW_CELLS = 500
_ASYNC = (
    "send the same parameters with PHASE=RUN to /tap/async to run it as an asynchronous job, "
    "or let it read fewer rows"
)
_NARROW = "let it read fewer rows"


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
    job_workers
        How many jobs run at once.
    account
        uid and gid of the workers, when the caller is root and they must not be.
    """

    def __init__(
        self,
        options: settings.Engine,
        public_dir: Path,
        work_dir: Path,
        *,
        job_workers: int = 1,
        account: tuple[int, int] | None = None,
    ) -> None:
        self._options = options
        self._temp_root = TempRoot(work_dir.resolve() / "tmp" / "workers")
        readable = (public_dir.resolve(), work_dir.resolve() / _TAP_SCHEMA)
        self._workers = _worker_settings(options, readable, self._temp_root.folder, account)
        patient = replace(self._workers, niceness=_NICENESS)
        self._lanes: dict[Lane, _Lane] = {
            "quick": _Lane("quick", options.quick_workers, options.queue_length, self._workers),
            "long": _Lane("long", options.long_workers, options.queue_length, patient),
            # The runner of jobs begins no more than there are workers; none is there before the first job.
            "jobs": _Lane("jobs", job_workers, options.queue_length, patient, is_lazy=True),
        }
        self._planner = Planner()
        self._at_hand = AtHand()
        self._numbers = itertools.count(1)
        self._preparing: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start the workers and wait until each has locked its engine.

        Raises
        ------
        EngineError
            When one of them does not start.
        """
        await asyncio.to_thread(self._temp_root.make, self._workers.account)
        await asyncio.gather(*(lane.start() for lane in self._lanes.values()))

    def prepare(self, tables: Iterable[Table]) -> None:
        """Begin to open what queries of tables by place or identifier need: the first need not wait for it.

        Whatever was being opened before is left.
        """
        if self._preparing is not None:
            self._preparing.cancel()
        storages = [one.storage for one in tables if isinstance(one.storage, HatsTable)]
        self._at_hand.keep([folder for storage in storages if (folder := page_folder(storage))])
        self._preparing = asyncio.get_running_loop().create_task(self._prepare(storages))

    async def _prepare(self, storages: Sequence[HatsTable]) -> None:
        try:
            # With its first value pyarrow loads pandas where that is installed: a quarter of a second.
            await asyncio.to_thread(pa.scalar, 0)
            for storage in storages:
                await asyncio.to_thread(self._planner.open, storage)
                if folder := page_folder(storage):
                    await self._at_hand.open(folder)
        except Exception:  # noqa: BLE001 -- the first query meets the same, and says what it is
            _log.exception("not-prepared")

    async def stop(self) -> None:
        """End all workers; running queries fail."""
        if self._preparing is not None:
            self._preparing.cancel()
            await asyncio.wait({self._preparing})
        await asyncio.gather(*(lane.stop() for lane in self._lanes.values()))
        await asyncio.to_thread(self._temp_root.remove)

    @property
    def lanes(self) -> tuple[_Lane, ...]:
        """The lanes, for whoever watches them."""
        return tuple(self._lanes.values())

    def healthy(self) -> Health:
        """Say whether queries can be answered."""
        dead = [name for name, lane in self._lanes.items() if lane.is_dead]
        if dead:
            return Health(
                False, f"No worker runs for {' and '.join(dead)} queries; they are being restarted."
            )
        busy = sum(lane.busy for lane in self._lanes.values())
        waiting = sum(lane.waiting for lane in self._lanes.values())
        return Health(True, f"{busy} queries run and {waiting} wait.")

    async def run(
        self,
        statement: Statement,
        *,
        fmt: Format,
        maxrec: int,
        timeout_s: float,
        lane: Lane | None = None,
        advice: str = _ASYNC,
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
        advice
            What the caller may do when the time is over.

        Raises
        ------
        BusyError
            When too many queries wait already.
        Declined
            When a statement without SQL cannot be answered without it.
        QueryTimeout
            When the time is over before the first piece.
        QueryError, EngineError
            When the query fails before the first piece.
        """
        return await self._run(statement, fmt, maxrec, timeout_s, lane, advice=advice)

    async def run_to_file(
        self,
        statement: Statement,
        path: Path,
        *,
        fmt: Format,
        maxrec: int,
        timeout_s: float,
        lane: Lane | None = None,
        most_bytes: int | None = None,
        tell: Tell | None = None,
    ) -> Outcome:
        """Run a statement (in the lane that fits it) and write its answer to `path`: complete or not at all.

        `tell` hears now and then how far it has come.

        Raises
        ------
        QuotaExceeded
            When the answer takes more than `most_bytes`.
        BusyError, QueryTimeout, QueryError, EngineError
            As `run` does, at any time; no file is left.
        """
        meter = Meter()
        async with told(meter, tell):
            answer = await self._run(statement, fmt, maxrec, timeout_s, lane, advice=_NARROW, meter=meter)
            meter.count(answer)
            try:
                await write_whole(answer, path, most_bytes)
            finally:
                await answer.cancel()
        assert answer.outcome is not None
        return answer.outcome

    async def _run(
        self,
        statement: Statement,
        fmt: Format,
        maxrec: int,
        timeout_s: float,
        lane: Lane | None,
        *,
        advice: str,
        meter: Meter | None = None,
    ) -> Answer:
        late = _too_long(timeout_s, advice)
        if statement.pick is not None:
            begin = time.monotonic()
            try:
                return await self._picked(statement, fmt, maxrec, timeout_s, lane, late)
            except Declined:
                if not statement.sql:
                    raise
            timeout_s -= time.monotonic() - begin
            if timeout_s <= 0:
                raise late
        plan = await self._planned(self._planner.plan, statement)
        request = _request(plan, statement, fmt, maxrec)
        chosen, quick_s = lane or self._lane_for(plan.size_bytes), self._options.quick_s
        if lane is None and chosen == "quick" and quick_s < timeout_s:
            try:
                return await self._ask(
                    self._lanes["quick"],
                    request,
                    fmt=fmt,
                    timeout_s=timeout_s,
                    late=late,
                    first_within_s=quick_s,
                )
            except TimeoutError:
                # It reads little and computes much: small queries must not wait for it.
                chosen, timeout_s = "long", timeout_s - quick_s
        return await self._ask(
            self._lanes[chosen],
            request,
            fmt=fmt,
            timeout_s=timeout_s,
            late=late,
            begun=partial(meter.begin, plan.size_bytes) if meter else None,
        )

    async def _picked(
        self,
        statement: Statement,
        fmt: Format,
        maxrec: int,
        timeout_s: float,
        lane: Lane | None,
        late: ArchiveError,
    ) -> Answer:
        """Answer from the files, without the engine.

        Raises
        ------
        Declined
            When it has to be asked.
        """
        picking = await self._planned(self._planner.picking, statement) if maxrec else None
        if picking is None:
            raise Declined("not a few rows of a few files")
        quick, begin = self._lanes["quick"], time.monotonic()
        if lane is None and not quick.busy:
            ready = self._at_hand.answer(statement, picking, fmt, maxrec)
            if ready is not None:
                quick.usage.answered.add(time.monotonic() - begin)
                return ready
        request = {**_wanted(statement, fmt, maxrec), "tables": {}, "picking": picking.as_json()}
        is_quick = len(picking.cells) <= _FEW_CELLS or self._lane_for(picking.size_bytes) == "quick"
        chosen = lane or ("quick" if is_quick else "long")
        return await self._ask(self._lanes[chosen], request, fmt=fmt, timeout_s=timeout_s, late=late)

    async def _planned(self, make: Callable[[Statement], _T], statement: Statement) -> _T:
        """Plan a statement; what is known beforehand is found faster than another thread."""
        if self._planner.is_easy(statement):
            return make(statement)
        return await asyncio.to_thread(make, statement)

    async def explain(self, statement: Statement, *, timeout_s: float) -> Estimate:
        """Say what a statement would read and answer; nothing is run, and no file of a table is opened.

        Parameters
        ----------
        statement
            What would be run.
        timeout_s
            Seconds that the engine may take for its plan, waiting for a worker included; without it
            the number of rows is not known.
        """
        found = await asyncio.to_thread(survey, self._planner, statement)
        rows = await self._expected_rows(found, timeout_s) if found.sql else None
        return Estimate(
            rows=rows if rows is None or statement.top is None else min(rows, statement.top),
            files=found.files,
            files_in_all=found.files_in_all,
            size_bytes=found.size_bytes,
            tables=tuple(dict.fromkeys(scan.table.qualified_name for scan in statement.scans)),
            lane=self._lane_for(found.size_bytes),
            columns_without_statistics=found.unmeasured,
        )

    async def _expected_rows(self, found: Survey, timeout_s: float) -> int | None:
        request: dict[str, object] = {"sql": found.sql, "tables": {}, "explain": True}
        late = QueryTimeout("The engine did not plan the query in time.")
        try:
            async with asyncio.timeout(timeout_s):
                answer = await self._ask(
                    self._lanes["quick"], request, fmt=find_format("json"), timeout_s=timeout_s, late=late
                )
                content = b"".join([chunk async for chunk in answer.chunks()])
        except (ArchiveError, TimeoutError) as e:
            # Whatever is wrong with the query itself has been said by whoever understood it.
            _log.info("query-not-estimated", extra={"reason": type(e).__name__})
            return None
        return await asyncio.to_thread(expected_rows, content, found)

    async def _ask(
        self,
        chosen: _Lane,
        request: dict[str, object],
        *,
        fmt: Format,
        timeout_s: float,
        late: ArchiveError,
        first_within_s: float | None = None,
        begun: Callable[[WorkerProcess], None] | None = None,
    ) -> WorkerAnswer:
        """Let a worker of a lane answer a request; `late` is what it fails of when it takes too long.

        Raises
        ------
        TimeoutError
            When the first piece does not come within `first_within_s`; the query is stopped.
        """
        # Who is promised an answer at once is told soon that it will not come; a job may wait.
        patience_s = timeout_s if chosen.name == "jobs" else min(timeout_s, self._options.queue_s)
        worker = await chosen.borrow(patience_s)
        query = next(self._numbers)
        answer = WorkerAnswer(
            chosen,
            worker,
            query,
            fmt=fmt,
            memory_mb=self._options.memory_limit_mb,
            grace_s=self._options.interrupt_grace_s,
        )
        answer.expire_after(timeout_s, late)
        if begun is not None:
            begun(worker)
        worker.send(Kind.QUERY, {**request, "query": query, "memory_mb": self._options.memory_limit_mb})
        try:
            async with asyncio.timeout(first_within_s):
                await answer.gather_first()
        except asyncio.CancelledError:
            chosen.in_background(answer.cancel())
            raise
        return answer

    def _lane_for(self, size_bytes: int) -> Lane:
        return "quick" if size_bytes <= self._options.quick_bytes else "long"


def _worker_settings(
    options: settings.Engine, readable: tuple[Path, ...], temp_root: Path, account: tuple[int, int] | None
) -> WorkerSettings:
    limit_mb = options.memory_limit_mb
    return WorkerSettings(
        # What the engine counts leaves out the interpreter and the batch that is being encoded.
        memory_mb=max(limit_mb - _INTERPRETER_MB, limit_mb // 2),
        ceiling_mb=limit_mb + limit_mb // 4 + _INTERPRETER_MB,
        threads=options.threads,
        spill_mb=options.spill_limit_mb,
        readable=readable,
        temp_root=temp_root,
        account=account,
    )


def _request(plan: Plan, statement: Statement, fmt: Format, maxrec: int) -> dict[str, object]:
    return {
        **_wanted(statement, fmt, maxrec),
        "sql": plan.sql,
        "tables": dict(plan.tables),
        "private_folders": plan.private_folders,
        "is_small": _is_small(plan, statement),
    }


def _wanted(statement: Statement, fmt: Format, maxrec: int) -> dict[str, object]:
    return {
        "columns": columns_as_json(statement.columns),
        "format": fmt.name,
        "maxrec": maxrec,
    }


def _is_small(plan: Plan, statement: Statement) -> bool:
    """Say whether all rows of an answer fit memory, whatever is done to them: one table, and little of it."""
    grows = "recursive" in statement.sql.lower()
    return len(statement.scans) == 1 and plan.size_bytes <= _SMALL_BYTES and not grows


def _too_long(timeout_s: float, advice: str) -> ArchiveError:
    return QueryTimeout(f"The query ran longer than the {timeout_s:g} s it may run; {advice}.")
