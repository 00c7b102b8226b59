"""Watching the published catalogues: what changes on disk is loaded without a restart."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

from ..errors import CatalogError
from ..incidents import report_incident
from ..logs import log_event
from .load import Remembered, load_catalog
from .registry import Catalog
from .tap_schema import publish

__all__ = ["CatalogWatch"]

_LOOKS, _BETWEEN_LOOKS_S = 20, 0.1

Signature = tuple[tuple[str, int, int, int], ...]


class CatalogWatch:
    """Loads the catalog, and loads it again when folders or descriptions have changed.

    Parameters
    ----------
    public
        The folder of published catalogues.
    work_dir
        TAP_SCHEMA is written below it.
    every_s
        Seconds between two looks; 0 for none.
    files_url
        The address of public files, if they are served.
    """

    def __init__(self, public: Path, work_dir: Path, *, every_s: float, files_url: str = "") -> None:
        self._public = public.resolve()
        self._work_dir = work_dir
        self._every_s = every_s
        self._files_url = files_url
        self._remembered: Remembered = {}
        self._loaded: Signature = ()
        self._generation = 0
        self._renewing = asyncio.Lock()
        self._renew_with: Callable[[Catalog], Awaitable[None]] | None = None
        self._task: asyncio.Task[None] | None = None

    def load(self) -> Catalog:
        """Load what is published now, TAP_SCHEMA included; of what has not changed, nothing is read again.

        Raises
        ------
        CatalogError
            When a description cannot be read.
        """
        self._loaded = self._look()
        return publish(load_catalog(self._public, self._remembered, self._files_url), self._work_dir)

    async def start(self, renew: Callable[[Catalog], Awaitable[None]]) -> None:
        """Begin to watch.

        Parameters
        ----------
        renew
            Called with the catalog after each change.
        """
        if self._every_s:
            self._renew_with = renew
            self._task = asyncio.create_task(self._forever(renew))

    async def stop(self) -> None:
        """End."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    @property
    def generation(self) -> int:
        """How often the catalog has been loaded anew: what was understood in an earlier one may be gone."""
        return self._generation

    async def catch_up(self, generation: int) -> bool:
        """Return whether there is another catalog than that of a generation; look for one at once."""
        if self._renew_with is None:
            return False
        seen = await asyncio.to_thread(self._look)
        for _ in range(_LOOKS):
            await asyncio.sleep(_BETWEEN_LOOKS_S)
            now = await asyncio.to_thread(self._look)
            if now == seen:
                break
            seen = now
        await self._renew_once(seen, self._renew_with)
        return self._generation != generation

    async def _renew_once(self, seen: Signature, renew: Callable[[Catalog], Awaitable[None]]) -> None:
        async with self._renewing:
            if seen != self._loaded:
                await self._renew(renew)

    async def _forever(self, renew: Callable[[Catalog], Awaitable[None]]) -> None:
        seen = self._loaded
        while True:
            await asyncio.sleep(self._every_s)
            try:
                now = await asyncio.to_thread(self._look)
                # Who changes two files does not want to be read in between.
                if now == seen:
                    await self._renew_once(now, renew)
                seen = now
            except Exception as e:  # noqa: BLE001 -- outermost ring of a background task: reported, tried again
                report_incident(e, "watching the catalogues stumbled")

    async def _renew(self, renew: Callable[[Catalog], Awaitable[None]]) -> None:
        try:
            catalog = await asyncio.to_thread(self.load)
        except CatalogError as e:
            log_event("catalog-not-renewed", level=logging.ERROR, reason=e.message)
            return
        await renew(catalog)
        self._generation += 1
        log_event("catalog-renewed", tables=len(catalog.tables()), problems=len(catalog.problems))

    def _look(self) -> Signature:
        """Return what tells one state of the folder from another, without opening a file."""
        return tuple(sorted(_states(self._public)))


def _states(public: Path) -> list[tuple[str, int, int, int]]:
    found: list[tuple[str, int, int, int]] = []
    try:
        schemas = [entry for entry in os.scandir(public) if entry.name[:1] != "." and entry.is_dir()]
    except OSError:
        return found
    for schema in schemas:
        try:
            entries = [entry for entry in os.scandir(schema.path) if entry.name[:1] != "."]
            found += [_state(f"{schema.name}/{entry.name}", entry.stat()) for entry in entries]
        except OSError:
            continue  # it is being replaced: the next look will find it
    return found


def _state(name: str, stat: os.stat_result) -> tuple[str, int, int, int]:
    return name, stat.st_ino, stat.st_mtime_ns, stat.st_size
