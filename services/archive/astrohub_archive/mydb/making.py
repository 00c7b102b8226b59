"""Making a table: reserved, written, put in place and made known. Complete or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from ..errors import BusyError, EngineError
from ..logs import log_event
from ..table_files import NoRoomError
from .dropped import DroppedTables
from .entry import Entry, Made, Making
from .folders import TableFolders
from .store import ALIVE_S, TableStore

__all__ = ["Make", "Order", "Workshop"]

_BEAT_S = ALIVE_S / 4

Make = Callable[[Making, Path], Awaitable[Made]]
"""Writes the files of a table into a folder."""


@dataclass(frozen=True)
class Order:
    """A table to be made: whose, called what, in the place of which, and what it will take for certain."""

    owner: str
    name: str
    replace: bool = False
    base: Entry | None = None
    least_bytes: int = 0


class Workshop:
    """Where tables are made.

    Parameters
    ----------
    store, dropped, folders
        Where tables are kept.
    """

    def __init__(self, store: TableStore, dropped: DroppedTables, folders: TableFolders) -> None:
        self._store = store
        self._dropped = dropped
        self._folders = folders
        self._under_way: set[asyncio.Task[Made]] = set()
        self._is_stopping = False

    async def make(self, order: Order, make: Make) -> Entry:
        """Make a table; nothing of it is left when it fails.

        Raises
        ------
        ArchiveError
            As `make`, or `TableStore.begin` and `finish` do.
        """
        if self._is_stopping:
            raise _stopping()
        base = None if order.base is None else order.base.table_id
        begin = partial(self._store.begin, least_bytes=order.least_bytes)
        making = await asyncio.to_thread(begin, order.owner, order.name, replace=order.replace, base=base)
        done = False
        try:
            folder = await asyncio.to_thread(self._folders.make_partial, making)
            made = await self._alive(making, make(making, folder))
            entry = await asyncio.shield(asyncio.to_thread(self._publish, making, made))
            done = True
            return entry
        except NoRoomError as e:
            raise self._store.room.no_room(order.name) from e
        except OSError as e:
            raise EngineError(
                f"The table mydb.{order.name} could not be written: {e.strerror or 'the disk failed'}."
            ) from e
        finally:
            if not done:
                await asyncio.shield(asyncio.to_thread(self._clear_away, making))

    async def break_off(self) -> None:
        """End what is under way, for the service is being stopped; nothing of it is left."""
        self._is_stopping = True
        for task in self._under_way:
            task.cancel()
        if self._under_way:
            await asyncio.wait(self._under_way)

    def _publish(self, making: Making, made: Made) -> Entry:
        self._folders.publish(making)
        provenance = dict(made.provenance)
        if making.base is None:
            provenance["job"] = making.table_id
        entry = self._store.finish(making, replace(made, provenance=provenance))
        self._dropped.forget_beyond_quota(making.owner)
        log_event("table made", job=making.table_id, rows=entry.content.rows, bytes=entry.content.size_bytes)
        return entry

    def _clear_away(self, making: Making) -> None:
        if self._store.give_up(making.table_id):
            self._folders.remove(making)

    async def _alive(self, making: Making, work: Awaitable[Made]) -> Made:
        """Do the work and say all the while that it is being done."""
        task = asyncio.ensure_future(work)
        self._under_way.add(task)
        try:
            while True:
                done, _ = await asyncio.wait({task}, timeout=_BEAT_S)
                if done:
                    return task.result()
                if not await asyncio.to_thread(self._store.keep_alive, making.table_id):
                    raise BusyError(f"The table mydb.{making.name} was interrupted; try again.")
        except asyncio.CancelledError as e:
            if self._is_stopping and task.cancelled():
                raise _stopping() from e
            raise
        finally:
            self._under_way.discard(task)
            if not task.done():
                task.cancel()
                await asyncio.wait({task})


def _stopping() -> BusyError:
    return BusyError("The archive is being restarted; make the table again in a moment.")
