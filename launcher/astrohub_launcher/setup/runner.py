"""Runs steps side by side, skips the finished ones, says their times."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path

from ..errors import LauncherError, StepError, StoppedError
from ..terminal import Terminal
from .causes import explain, explain_os_error
from .claim import claim
from .stamps import mark
from .steps import Step, fingerprints, unfinished
from .tool import Bench, ToolError, Tools

__all__ = ["run_steps"]

_AT_ONCE = 3  # two cores, and there is always one that waits for the network
_NEWS_EVERY_S = 15.0
_SHOWN_LINES = 12


def run_steps(
    steps: list[Step],
    *,
    claimed: tuple[Path, ...],
    logs: Path,
    prepare: Callable[[], None],
    terminal: Terminal,
) -> bool:
    """Do what is not finished yet; say whether there was anything to do.

    Parameters
    ----------
    steps
        In an order in which each comes after those that it needs.
    claimed
        Folders that only one set-up may work in; the first holds the note of who does.
    logs
        Folder for one log a step.
    prepare
        Called once before the first step, when there is one to do.

    Raises
    ------
    StepError
        When a step fails; the others are ended. What is finished stays so.
    """
    if not unfinished(steps, fingerprints(steps)):
        return False
    with claim(*claimed) as held:
        inputs = fingerprints(steps)  # again: somebody may have worked until this moment
        todo = unfinished(steps, inputs)
        prepare()
        _Run(todo, inputs, Tools(held.note), logs, terminal).all()
    return True


class _Run:
    """One run over the steps that are to be done."""

    def __init__(
        self, steps: list[Step], inputs: dict[str, str], tools: Tools, logs: Path, terminal: Terminal
    ) -> None:
        self._waiting = list(steps)
        self._inputs = inputs
        self._tools = tools
        self._logs = logs
        self._terminal = terminal
        self._running: dict[Future[None], Step] = {}
        self._news: dict[str, float] = {}

    def all(self) -> None:
        """Run the steps; the first fault ends the others."""
        with _asked_to_stop() as stop, ThreadPoolExecutor(_AT_ONCE) as pool:
            try:
                while (self._waiting or self._running) and not stop.is_set():
                    for step in self._ready():
                        self._waiting.remove(step)
                        self._running[pool.submit(self._do, step)] = step
                    self._collect()
            finally:
                self._tools.cancel()
        if stop.is_set():
            raise StoppedError("Stopped. What is finished stays; the same command goes on from here.")

    def _ready(self) -> list[Step]:
        unmet = {step.name for step in (*self._waiting, *self._running.values())}
        ready = [step for step in self._waiting if not unmet.intersection(step.after)]
        return ready[: _AT_ONCE - len(self._running)]

    def _collect(self) -> None:
        finished, _ = wait(self._running, timeout=0.5, return_when=FIRST_COMPLETED)
        for future in finished:
            self._running.pop(future)
            future.result()
        now = time.monotonic()
        for step in self._running.values():
            if now - self._news.setdefault(step.name, now) > _NEWS_EVERY_S:
                self._say(step, "still at work")

    def _say(self, step: Step, what: str) -> None:
        self._news[step.name] = time.monotonic()
        self._terminal.progress(step.title, what)

    def _do(self, step: Step) -> None:
        begin = time.monotonic()
        log = self._logs / f"{step.name}.log"
        self._terminal.begin(step.title)
        try:
            step.run(Bench(self._tools, log, lambda what: self._say(step, what)))
            mark(step.stamp, self._inputs[step.name], step.makes)
        except ToolError as e:
            cause = explain("\n".join(e.lines[-60:]), e.exit_code)
            sentence = f"“{step.title}” failed ({e.program}): {cause}. All of it: {log}"
            raise StepError(sentence, _telling(e.lines)) from e
        except LauncherError:
            raise
        except OSError as e:
            raise StepError(f"“{step.title}” failed: {explain_os_error(e)}.") from e
        self._terminal.done(step.title, time.monotonic() - begin)


def _telling(lines: list[str]) -> list[str]:
    """Return the lines that say most: npm says what is wrong first and explains its options last."""
    errors = [line for line in lines if line.startswith("npm error ")]
    return errors[:_SHOWN_LINES] or lines[-_SHOWN_LINES:]


@contextmanager
def _asked_to_stop() -> Iterator[threading.Event]:
    """Take note of Ctrl-C, and of the system's request to end.

    An exception in the midst of waiting for threads could leave a lock behind for which they wait then.
    """
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, lambda *_: stop.set()) for number in numbers]
    try:
        yield stop
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
