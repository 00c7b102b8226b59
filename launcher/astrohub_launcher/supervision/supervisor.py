"""Starts the parts, starts again what dies or hangs, stops all in reverse order."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Callable
from contextlib import suppress

from ..errors import LauncherError, PartError
from ..hub_api import HubApi
from ..parts.part import Part
from ..parts.platform import Platform
from ..processes import Identity
from .descendants import adopt_orphans, end_descendants, reap
from .pace import Pace
from .patience import Patience
from .probe import look
from .process import PartProcess, last_lines, start_process
from .record import FAILED, RUNNING, STOPPING, PartRecord, Record, write_record
from .rotation import rotate

__all__ = ["Supervisor"]

_SHOWN_LINES = 15


class Supervisor:
    """Keeps the parts of one platform alive until it is told to stop.

    Parameters
    ----------
    platform
        The platform; its folders are there.
    parts
        In the order of their start.
    supervisor
        This process.
    say
        Takes one sentence for each event that an operator would want to know.
    """

    def __init__(
        self,
        platform: Platform,
        parts: tuple[Part, ...],
        *,
        supervisor: Identity,
        say: Callable[[str], None],
        pace: Pace | None = None,
    ) -> None:
        self._platform = platform
        self._parts = parts
        self._say = say
        self._pace = pace or Pace()
        self._processes: dict[str, PartProcess] = {}
        self._hung: dict[str, str] = {}
        self._healthy = {part.name: asyncio.Event() for part in parts}
        self._stop = asyncio.Event()
        self._starting = 0
        self._begin = time.monotonic()
        self.record = Record(
            supervisor=supervisor,
            url=platform.url,
            port=platform.port,
            ports=dict(platform.ports),
            parts={part.name: PartRecord() for part in parts},
        )

    async def run(self, ready: Callable[[], None]) -> None:
        """Run the platform; call `ready` once when all of it is healthy; return when it was told to stop.

        Raises
        ------
        PartError
            When a part ends, or is not healthy in time, before the platform was ever ready.
        """
        adopt_orphans()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(number, self._stop.set)
        tasks = [asyncio.create_task(self._keep(part)) for part in self._parts]
        tasks += [asyncio.create_task(self._watch(part)) for part in self._parts]
        tasks.append(asyncio.create_task(self._tidy()))
        try:
            await self._until_ready(tasks)
            if not self._stop.is_set():
                self._set_phase(RUNNING)
                ready()
                await self._until_stopped(tasks)
        except LauncherError as e:
            self.record.failure, self.record.details = str(e), e.details
            raise
        finally:
            await self._end(tasks)

    async def _until_ready(self, tasks: list[asyncio.Task[None]]) -> None:
        healthy = asyncio.create_task(self._all_healthy())
        stopped = asyncio.create_task(self._stopped())
        try:
            done, _ = await asyncio.wait(
                [healthy, stopped, *tasks], timeout=self._pace.start_s, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            healthy.cancel()
            stopped.cancel()
        for task in done:
            if task in tasks:
                await task
        if not done:
            late = next(part for part in self._parts if not self._healthy[part.name].is_set())
            raise self._failed(late, f"is not healthy after {self._pace.start_s:.0f} s")

    async def _all_healthy(self) -> None:
        for event in self._healthy.values():
            await event.wait()

    async def _until_stopped(self, tasks: list[asyncio.Task[None]]) -> None:
        stopped = asyncio.create_task(self._stopped())
        done, _ = await asyncio.wait([stopped, *tasks], return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        for task in done:
            await task

    async def _stopped(self) -> None:
        await self._stop.wait()

    async def _keep(self, part: Part) -> None:
        """Start a part, again and again; the pauses grow until it has run for a while."""
        for name in part.after:
            await self._healthy[name].wait()
        delay = self._pace.first_delay_s
        while not self._stop.is_set():
            begin = time.monotonic()
            how = await self._live(part)
            if self._stop.is_set():
                return
            if self.record.phase != RUNNING:
                raise self._failed(part, how)
            delay = self._pace.first_delay_s if time.monotonic() - begin > self._pace.steady_s else delay
            self._lost(part, f"{how}; it is started again in {delay:g} s")
            await self._pause(delay)
            delay = min(delay * 2, self._pace.longest_delay_s)

    async def _live(self, part: Part) -> str:
        """Start a part, wait for its end, and return how it ended."""
        try:
            process = await self._start(part)
        except OSError as e:
            return f"cannot be started ({e.filename}: {e.strerror})"
        except LauncherError as e:
            return f"cannot be started ({e})"
        exit_code = await process.wait()
        process.kill()  # what it may have left in its process group
        self._processes.pop(part.name, None)
        if hung := self._hung.pop(part.name, None):
            return f"{hung} and was ended"
        if exit_code < 0:
            return f"was ended by signal {-exit_code}"
        return f"ended with exit code {exit_code}"

    async def _start(self, part: Part) -> PartProcess:
        place = self._platform.place
        account = place.account if part.as_account else None
        self._starting += 1
        try:
            command = part.command(self._platform)
            process = await start_process(command, place.logs / f"{part.name}.log", account)
        finally:
            self._starting -= 1
        self._processes[part.name] = process
        self.record.parts[part.name].process = process.identity
        self.record.parts[part.name].why = "starting"
        self._write()
        return process

    def _lost(self, part: Part, how: str) -> None:
        record = self.record.parts[part.name]
        record.restarts += 1
        record.last_end = how.partition(";")[0]
        record.process = None
        self._set_health(part, f"it {how}")
        self._say(f"{part.name} {how} (log: {self._platform.place.logs / part.name}.log)")

    async def _watch(self, part: Part) -> None:
        """Look again and again whether a part is healthy, often while it is not."""
        questions = part.questions(self._platform)
        patience = Patience(self._pace)
        while not self._stop.is_set():
            if process := self.record.parts[part.name].process:
                why, answers = await asyncio.to_thread(look, questions)
                if self.record.parts[part.name].process != process:
                    continue  # what was seen is of one that has ended since
                was = self._healthy[part.name].is_set()
                self._set_health(part, why)
                if why is None and not was:
                    await self._arrived(part)
                if hung := patience.is_over(process, answers=answers, now=time.monotonic()):
                    self._end_hanging(part, process, hung)
            await self._pause(
                self._pace.look_s if self._healthy[part.name].is_set() else self._pace.impatient_look_s
            )

    def _end_hanging(self, part: Part, identity: Identity, hung: str) -> None:
        process = self._processes.get(part.name)
        if process is not None and process.identity == identity:
            self._hung[part.name] = hung
            process.kill()

    async def _arrived(self, part: Part) -> None:
        if self.record.parts[part.name].restarts:
            self._say(f"{part.name} is healthy again")
        if part.routes_are_lost and self.record.phase == RUNNING:
            await asyncio.to_thread(self._restore_routes)

    def _restore_routes(self) -> None:
        hub = HubApi(self._platform.inner_url("hub"), self._platform.credentials.launcher)
        try:
            hub.restore_routes()
        except LauncherError as e:  # a hub that is not there tells the routes at its own start
            self._say(f"the routes could not be told to the proxy: {e}")
        else:
            self._say("the hub has told the proxy its routes again")

    def _set_health(self, part: Part, why: str | None) -> None:
        record = self.record.parts[part.name]
        event = self._healthy[part.name]
        if (record.healthy, record.why) == (why is None, why or ""):
            return
        if record.healthy and why is not None and record.process is not None:
            self._say(f"{part.name} is not healthy: {why}")
        record.healthy, record.why = why is None, why or ""
        event.set() if why is None else event.clear()
        if record.healthy and self.record.phase != RUNNING:
            self._say(f"{part.name} is healthy after {time.monotonic() - self._begin:.1f} s")
        self._write()

    async def _tidy(self) -> None:
        """Keep logs small and take note of the end of adopted processes."""
        while not self._stop.is_set():
            for part in self._parts:
                with suppress(OSError):
                    rotate(self._platform.place.logs / f"{part.name}.log")
            if not self._starting:
                reap({process.identity.pid for process in self._processes.values()})
            await self._pause(self._pace.look_s)

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stop.wait(), seconds)

    def _failed(self, part: Part, how: str) -> PartError:
        log = self._platform.place.logs / f"{part.name}.log"
        return PartError(
            f"The {part.name} {how}, so the platform was not started. Its last lines follow; all: {log}",
            last_lines(log, _SHOWN_LINES),
        )

    def _set_phase(self, phase: str) -> None:
        self.record.phase = phase
        self._write()

    def _write(self) -> None:
        with suppress(OSError):  # a full disk must not end what runs
            write_record(self._platform.place.run, self.record)

    async def _end(self, tasks: list[asyncio.Task[None]]) -> None:
        """Stop the parts in reverse order; leave nothing behind."""
        self._stop.set()
        self._set_phase(STOPPING)
        for part in reversed(self._parts):
            if process := self._processes.get(part.name):
                await process.stop(part.grace_s)
                record = self.record.parts[part.name]
                record.process, record.healthy, record.why = None, False, "stopped"
                self._write()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        end_descendants(patience_s=3.0)
        self._set_phase(FAILED if self.record.failure else STOPPING)
