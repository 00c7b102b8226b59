"""The interpreters that there are: lent to one text each, replaced when they are lost."""

from __future__ import annotations

import asyncio
import logging
import pickle
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any, TypeVar

from ..adql import Language
from ..catalog import Catalog
from ..errors import BusyError, EngineError, QueryError
from ..logs import log_event
from ..models import Schema, Statement
from ..settings import Limits
from .process import Interpreter, Lost
from .wire import Question, Task, read_answer

__all__ = ["Interpreters"]

_T = TypeVar("_T")

_SIZE = 2
# What takes long to understand is long. Such texts leave one interpreter to those that are not.
_LONG_TEXT = 8_000
_MOST_WAITING = 256
_WAIT_S = 60.0
# Processor time is bounded by the kernel. This one is for a process that does not compute at all.
_SILENCE_FACTOR = 20
_LONGEST_PAUSE_S = 10.0
# One may have died for another reason before it was asked.
_TRIES = 2


class Interpreters:
    """Understands texts in processes of their own: a text that takes too long ends its process, and no other.

    Parameters
    ----------
    catalog
        What is public.
    limits
        What a query may ask for, and how long understanding it may take.
    """

    def __init__(self, catalog: Catalog, limits: Limits) -> None:
        self._catalog = catalog
        self._limits = limits
        self._idle: asyncio.Queue[Interpreter] = asyncio.Queue()
        self._all: dict[Interpreter, Catalog] = {}
        self._long = asyncio.Semaphore(_SIZE - 1)
        self._waiting = 0
        self._tasks: set[asyncio.Task[Any]] = set()
        self._task = b""

    async def start(self) -> None:
        """Begin to start them; texts that come earlier wait."""
        self._task = await asyncio.to_thread(pickle.dumps, Task(self._catalog, self._limits))
        for _ in range(_SIZE):
            self._in_background(self._add())

    async def renew(self, catalog: Catalog) -> None:
        """Understand texts by another catalog from now on; those under way are brought to their ends.

        Former interpreters are asked until the new ones are ready.
        """
        task = await asyncio.to_thread(pickle.dumps, Task(catalog, self._limits))
        made = await asyncio.gather(*(self._in_background(self._started(task)) for _ in range(_SIZE)))
        # From here on nobody is answered by the former catalog any more.
        self._task, self._catalog = task, catalog
        for interpreter in made:
            self._all[interpreter] = catalog
            self._idle.put_nowait(interpreter)
        for _ in range(self._idle.qsize()):
            self._give_back(self._idle.get_nowait())

    async def stop(self) -> None:
        """End all of them."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(one.kill() for one in self._all))
        self._all.clear()

    async def understand(
        self, text: str, own: tuple[Schema, ...] = (), *, language: Language = Language.ADQL
    ) -> Statement:
        """Turn a text into a statement.

        Parameters
        ----------
        text
            The query.
        own
            Schemas that there are for its author besides the public ones, or in their place.
        language
            In which it is written.

        Raises
        ------
        QueryError, UnknownTable
            When it is not understood, not allowed, or takes too long.
        BusyError
            When too many texts wait already, or none could be taken up in time.
        EngineError
            When the interpreter was lost through no fault of the text.
        """
        question = Question(text, own, language)
        # An exchange that has begun is brought to its end, so that the next text gets its own answer.
        exchange = self._in_background(self._exchange(question))
        content, catalog = await asyncio.shield(exchange)
        return read_answer(content, question.catalog(catalog))

    async def _exchange(self, question: Question) -> tuple[bytes, Catalog]:
        content = await asyncio.to_thread(pickle.dumps, question) if question.own else pickle.dumps(question)
        for _ in range(_TRIES):
            async with self._lent(question) as interpreter:
                try:
                    async with asyncio.timeout(_SILENCE_FACTOR * self._limits.understand_s):
                        return await interpreter.ask(content), self._all[interpreter]
                except Lost as e:
                    if e.was_too_slow:
                        raise self._too_slow() from e
                except TimeoutError as e:
                    await interpreter.kill()
                    raise BusyError("The machine is too busy to read this query; try again later.") from e
        raise EngineError("Two interpreters were lost while they read this query; write it in another way.")

    @asynccontextmanager
    async def _lent(self, question: Question) -> AsyncIterator[Interpreter]:
        if self._waiting >= _MOST_WAITING:
            raise BusyError(
                f"{self._waiting} queries wait to be read already, as many as are allowed; "
                "try again in a moment."
            )
        async with AsyncExitStack() as held:
            self._waiting += 1
            try:
                async with asyncio.timeout(_WAIT_S):
                    if len(question.text) > _LONG_TEXT:
                        await held.enter_async_context(self._long)
                    interpreter = await self._next()
            except TimeoutError as e:
                raise BusyError(
                    f"The archive was too busy to read this query within {_WAIT_S:g} s; try again later."
                ) from e
            finally:
                self._waiting -= 1
            held.callback(self._give_back, interpreter)
            yield interpreter

    async def _next(self) -> Interpreter:
        while not (interpreter := await self._idle.get()).alive or self._is_former(interpreter):
            self._give_back(interpreter)
        return interpreter

    def _give_back(self, interpreter: Interpreter) -> None:
        if self._is_former(interpreter):
            del self._all[interpreter]
            self._in_background(interpreter.kill())
            return
        if interpreter.alive:
            self._idle.put_nowait(interpreter)
            return
        del self._all[interpreter]
        log_event("interpreter-replaced", level=logging.WARNING, pid=interpreter.pid)
        self._in_background(self._add())

    def _is_former(self, interpreter: Interpreter) -> bool:
        """Say whether it knows a former catalog only, and there are others that know the present one."""
        present = sum(catalog is self._catalog for catalog in self._all.values())
        return self._all[interpreter] is not self._catalog and present >= _SIZE

    async def _add(self) -> None:
        catalog = self._catalog
        interpreter = await self._started(self._task)
        self._all[interpreter] = catalog
        self._idle.put_nowait(interpreter)

    async def _started(self, task: bytes) -> Interpreter:
        pause_s = 0.5
        while True:
            try:
                return await Interpreter.start(task)
            except (EngineError, OSError) as e:
                log_event("interpreter-not-started", level=logging.ERROR, reason=str(e))
                await asyncio.sleep(pause_s)
                pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)

    def _too_slow(self) -> QueryError:
        return QueryError(
            f"Understanding this query takes longer than the {self._limits.understand_s:g} s "
            "that are allowed; make it shorter, or split it."
        )

    def _in_background(self, work: Coroutine[Any, Any, _T]) -> asyncio.Task[_T]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._forget)
        return task

    def _forget(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        with suppress(asyncio.CancelledError):
            task.exception()  # whoever waits for it is told; nobody may wait any more
