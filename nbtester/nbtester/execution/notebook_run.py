"""One notebook from its first to its last cell, under limits of time and memory."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbformat import NotebookNode

from ..collection.notebook import Wishes, count_runnable, is_runnable, kernel_name, reason_of_tag, tags_of
from ..models import Failure, FailureKind, SkippedCell
from ..settings import Settings
from .kernel import Kernel, KernelUnavailableError
from .memory import MemoryMeter, out_of_memory_kills
from .stopping import Stopper
from .suspicion import suspicious_output

__all__ = ["NotebookRun", "Record"]


@dataclass
class Record:
    """What is known of a notebook while it runs and afterwards."""

    failures: list[Failure] = field(default_factory=list)
    skipped: list[SkippedCell] = field(default_factory=list)
    cells: int = 0
    cells_run: int = 0
    wall_s: float = 0.0
    peak_bytes: int = 0
    output_cut: bool = False
    was_stopped: bool = False


class NotebookRun:
    """Run a notebook once.

    Parameters
    ----------
    notebook
        The notebook; outputs are written into it.
    settings, wishes
        Limits: of the run, and what the notebook says of itself.
    stopper
        Who may ask to stop.
    on_cell
        Called with the number of each cell that is about to run, and their count.
    """

    def __init__(
        self,
        notebook: NotebookNode,
        settings: Settings,
        wishes: Wishes,
        *,
        stopper: Stopper,
        on_cell: Callable[[int, int], None],
    ) -> None:
        self._notebook = notebook
        self._settings = settings
        self._wishes = wishes
        self._stopper = stopper
        self._on_cell = on_cell
        self._timeout_s = wishes.timeout_s or settings.timeout_s
        self._cell_timeout_s = wishes.cell_timeout_s or settings.cell_timeout_s
        self.record = Record(cells=count_runnable(notebook))

    async def execute(self, folder: Path) -> Record:
        """Run all cells in a folder; whatever happens ends in the record, and the kernel is gone."""
        name = self._settings.kernel or kernel_name(self._notebook)
        if name is None:
            self._fail(FailureKind.KERNEL, "The notebook names no kernel; choose one and save it.")
            return self.record
        self._kernel = Kernel(name, self._notebook, output_limit_bytes=self._settings.output_limit_mb * 1e6)
        self._started = time.monotonic()
        self._stop = asyncio.ensure_future(self._stopper.wait())
        try:
            if await self._start(folder):
                await self._run_cells()
        finally:
            self._stop.cancel()
            await self._kernel.end()
            self.record.wall_s = time.monotonic() - self._started
            self.record.output_cut = self._kernel.output_was_cut
        return self.record

    async def _start(self, folder: Path) -> bool:
        start = asyncio.ensure_future(
            self._kernel.start(folder, self._settings.environment, self._settings.startup_timeout_s)
        )
        await asyncio.wait({start, self._stop}, return_when=asyncio.FIRST_COMPLETED)
        if not start.done():
            start.cancel()
            with contextlib.suppress(asyncio.CancelledError, KernelUnavailableError):
                await start
            self.record.was_stopped = True
            return False
        try:
            start.result()
        except KernelUnavailableError as e:
            self._fail(FailureKind.KERNEL, str(e))
            return False
        return True

    async def _run_cells(self) -> None:
        limit = self._settings.memory_limit_mb
        self._kills = out_of_memory_kills()
        self._meter = MemoryMeter(self._kernel.pid, limit * 1_000_000 if limit else None)
        self._watch = asyncio.ensure_future(self._meter.watch())
        try:
            for index, cell in enumerate(self._notebook.cells):
                if not await self._pass_cell(index, cell):
                    break
        finally:
            self._meter.sample()
            self._watch.cancel()
            self.record.peak_bytes = self._meter.peak_bytes

    async def _pass_cell(self, index: int, cell: NotebookNode) -> bool:
        """Run or skip one cell; say whether the next one may run."""
        if not is_runnable(cell):
            return True
        if reason := reason_of_tag(cell, self._settings.tags.skip):
            self.record.skipped.append(SkippedCell(index + 1, reason))
            cell.outputs = []
            return True
        self._on_cell(index + 1, len(self._notebook.cells))
        soft = reason_of_tag(cell, self._settings.tags.soft)
        failed_before = len(self.record.failures)
        may_go_on = await self._run_cell(index, cell, soft)
        if not self.record.was_stopped:
            self.record.cells_run += 1
            if len(self.record.failures) == failed_before:
                self._suspect(index, cell, soft)
        return may_go_on

    async def _run_cell(self, index: int, cell: NotebookNode, soft: str | None) -> bool:
        run = asyncio.ensure_future(self._kernel.run(index, cell))
        left_s = self._timeout_s - (time.monotonic() - self._started)
        limit_s = max(0.0, min(self._cell_timeout_s, left_s))
        await asyncio.wait(
            {run, self._stop, self._watch}, timeout=limit_s, return_when=asyncio.FIRST_COMPLETED
        )
        if run.done():
            return await self._ended(run, index, soft)
        if self._stop.done():
            self.record.was_stopped = True
            return await self._abandon(run)
        if self._watch.done():
            message = f"The kernel used more than the limit of {self._settings.memory_limit_mb} MB of memory."
            self._fail(FailureKind.MEMORY, message, index=index, soft=soft)
            return await self._abandon(run)
        return await self._time_out(run, index, soft)

    async def _ended(self, run: asyncio.Future[None], index: int, soft: str | None) -> bool:
        try:
            run.result()
        except CellExecutionError as e:
            kind = FailureKind.MEMORY if e.ename == "MemoryError" else FailureKind.ERROR
            message = f"{e.ename}: {e.evalue}".strip().rstrip(":")
            self._fail(kind, message, index=index, soft=soft, traceback=_traceback(self._notebook, index))
            return soft is not None
        except DeadKernelError:
            await self._mourn(index, soft)
            return False
        return True

    async def _mourn(self, index: int, soft: str | None) -> None:
        """Say why the kernel died: memory, if the system killed a process for it meanwhile."""
        message = await self._kernel.death()
        kills = out_of_memory_kills()
        was_memory = kills is not None and self._kills is not None and kills > self._kills
        if was_memory and await self._kernel.was_killed():
            peak = f"{self._meter.peak_bytes / 1e6:.0f} MB"
            message = f"The system killed the kernel because memory ran out; it had used {peak}."
            self._fail(FailureKind.MEMORY, message, index=index, soft=soft)
            return
        if await self._kernel.was_killed():
            message += f" It had used {self._meter.peak_bytes / 1e6:.0f} MB; memory may have run out."
        self._fail(FailureKind.DEAD_KERNEL, message, index=index, soft=soft)

    async def _time_out(self, run: asyncio.Future[None], index: int, soft: str | None) -> bool:
        whole = time.monotonic() - self._started >= self._timeout_s
        whose, limit = ("notebook", self._timeout_s) if whole else ("cell", self._cell_timeout_s)
        await self._kernel.interrupt()
        await asyncio.wait({run, self._stop}, timeout=self._settings.interrupt_grace_s)
        has_yielded = run.done()
        trace = _traceback(self._notebook, index) if has_yielded else ""
        message = f"The {whose} ran longer than its limit of {limit:g} s" + (
            "." if has_yielded else " and did not react to an interruption."
        )
        self._fail(FailureKind.TIMEOUT, message, index=index, soft=soft, traceback=trace)
        await self._abandon(run)
        return has_yielded and not whole and soft is not None

    async def _abandon(self, run: asyncio.Future[None]) -> bool:
        run.cancel()
        with contextlib.suppress(asyncio.CancelledError, DeadKernelError, CellExecutionError):
            await run
        return False

    def _suspect(self, index: int, cell: NotebookNode, soft: str | None) -> None:
        expected = {self._settings.tags.expected_output, "raises-exception"}
        if expected & set(tags_of(cell)):
            return
        if line := suspicious_output(cell, self._settings.suspicious_output.patterns):
            self._fail(FailureKind.OUTPUT, f"No cell raised, but one printed: {line}", index=index, soft=soft)

    def _fail(
        self,
        kind: FailureKind,
        message: str,
        *,
        index: int | None = None,
        soft: str | None = None,
        traceback: str = "",
    ) -> None:
        source = self._notebook.cells[index].source if index is not None else ""
        number = index + 1 if index is not None else None
        reason = soft or self._wishes.soft
        self.record.failures.append(Failure(kind, message, number, source, traceback, reason))


def _traceback(notebook: NotebookNode, index: int) -> str:
    """Return the traceback that a cell left in its outputs, with the terminal's colours."""
    errors = [output for output in notebook.cells[index].get("outputs", []) if output.output_type == "error"]
    return "\n".join(errors[-1].get("traceback", [])) if errors else ""
