"""What can be done with files: who may is decided here, the disk does it in threads."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterable, Callable
from functools import partial
from threading import Event
from typing import TypeVar

from ..errors import Conflict, Forbidden, PreconditionFailed, UsageError
from ..identity import READ_FILES, require_scope
from ..models import Principal
from .copying import copy_entry
from .downloads import Download
from .faults import translated
from .listings import node_at
from .nodes import Node, node_of
from .quota import Claim, Quota
from .space import Space, Spot
from .staging import Staged, Staging
from .trash import Trash

__all__ = ["Files"]

_T = TypeVar("_T")
_AT_ONCE = 1024**2


class Files:
    """The operations on single files and folders.

    Parameters
    ----------
    space
        What a path means for whom.
    staging
        Where new files are put together.
    trash
        Where deleted ones are kept.
    quota
        What a home may hold.
    """

    def __init__(self, space: Space, *, staging: Staging, trash: Trash, quota: Quota) -> None:
        self._space = space
        self._staging = staging
        self._trash = trash
        self._quota = quota

    async def open(self, principal: Principal, path: str) -> Download:
        """Open a file for reading.

        Raises
        ------
        NotFound, Conflict
            When there is none; when it is no file.
        """
        require_scope(principal, READ_FILES)
        return await asyncio.to_thread(self._open, principal, path)

    async def put(
        self,
        principal: Principal,
        path: str,
        content: AsyncIterable[bytes],
        *,
        length: int | None,
        replace: bool,
    ) -> tuple[Node, bool]:
        """Write a file; nothing of it is there until all of it is.

        Parameters
        ----------
        principal, path
            Who, and what.
        content
            The bytes as they come.
        length
            How many they will be, if that is known.
        replace
            Whether a file of this name may be replaced.

        Returns
        -------
        tuple of Node and bool
            The file, and whether there was none before.

        Raises
        ------
        QuotaExceeded, StorageFull
            When there is no room; nothing is kept.
        PreconditionFailed
            When there is a file and it may not be replaced.
        """
        spot = await asyncio.to_thread(self._space.find_changeable, principal, path)
        assert spot.owner is not None
        replaced = await self._run(spot, lambda: self._check_target(spot, replace=replace))
        async with self._quota.claim(spot.owner, (length or 0) - replaced) as claim:
            staged = await self._run(spot, self._staging.begin)
            try:
                await self._fill(spot, staged, content, claim=claim, replaced=replaced)
                created = await self._run(spot, lambda: _publish(staged, spot, replace=replace))
                claim.keep()
            finally:
                staged.discard()
        return await asyncio.to_thread(node_at, spot), created

    async def make_folder(self, principal: Principal, path: str) -> Node:
        """Make a folder.

        Raises
        ------
        Conflict, NotFound
            When the name is taken; when there is no folder to make it in.
        """
        spot = await asyncio.to_thread(self._space.find_changeable, principal, path)
        await self._run(spot, lambda: spot.tree.make_folder(spot.parts))
        return await asyncio.to_thread(node_at, spot)

    async def move(self, principal: Principal, path: str, target: str, *, replace: bool) -> Node:
        """Give an entry another name or place; what is replaced goes where deleted things go.

        Raises
        ------
        Conflict, NotFound, Forbidden
            When the name is taken; when something is not there; when something is read-only.
        """
        find = self._space.find_changeable
        source, goal = await asyncio.to_thread(lambda: (find(principal, path), find(principal, target)))
        _refuse_inside(source, goal)
        await self._run(source, lambda: source.tree.stat(source.parts))
        await self._run(goal, lambda: self._place(source.parts, goal, replace=replace))
        return await asyncio.to_thread(node_at, goal)

    async def copy(self, principal: Principal, path: str, target: str, *, replace: bool) -> Node:
        """Copy a file, or a folder with all that is in it; the copy appears when it is whole.

        Raises
        ------
        Conflict, NotFound, Forbidden, QuotaExceeded, StorageFull
            When the name is taken; when something is not there or read-only; when there is no room.
        """
        require_scope(principal, READ_FILES)
        source = await asyncio.to_thread(self._space.find, principal, path)
        goal = await asyncio.to_thread(self._space.find_changeable, principal, target)
        if source.children is not None:
            raise Forbidden(f"{source.path or 'The root'} cannot be copied as a whole; copy what is in it.")
        _refuse_inside(source, goal)
        assert goal.owner is not None
        size = await self._run(source, lambda: source.tree.size(source.parts))
        if not replace:
            await self._run(goal, lambda: _require_free(goal))
        async with self._quota.claim(goal.owner, size) as claim:
            await self._copy(source, goal, replace=replace)
            claim.keep()
        return await asyncio.to_thread(node_at, goal)

    async def remove(self, principal: Principal, path: str, *, recursive: bool) -> None:
        """Delete an entry; it can be restored for a while.

        Raises
        ------
        Conflict
            When it is a folder that is not empty, and `recursive` is not set.
        """
        spot = await asyncio.to_thread(self._space.find_changeable, principal, path)
        assert spot.owner is not None
        owner = spot.owner

        def remove() -> None:
            node = node_at(spot)
            if node.kind == "folder" and not recursive and spot.tree.names(spot.parts):
                raise Conflict(f"{spot.path} is not empty; ask for recursive to delete all that is in it.")
            self._trash.put(owner, spot.parts)

        await self._run(spot, remove)
        self._quota.forget(owner)

    async def restore(self, principal: Principal, path: str) -> Node:
        """Put back what was deleted last under this path.

        Raises
        ------
        NotFound, Conflict
            When nothing of it is kept; when the name is taken by now.
        """
        spot = await asyncio.to_thread(self._space.find_changeable, principal, path)
        assert spot.owner is not None
        owner = spot.owner
        await self._run(spot, lambda: self._trash.restore(owner, spot.parts))
        self._quota.forget(owner)
        return await asyncio.to_thread(node_at, spot)

    def _open(self, principal: Principal, path: str) -> Download:
        spot = self._space.find(principal, path)
        if spot.children is not None:
            raise Conflict(f"{spot.path or 'The root'} is a folder.")
        with translated(spot.path):
            opened = spot.tree.open_file(spot.parts)
        node = node_of(spot.path, os.fstat(opened), writable=spot.owner is not None)
        assert node is not None
        return Download(node, opened)

    def _check_target(self, spot: Spot, *, replace: bool) -> int:
        """Refuse what cannot be written before its bytes come; return the size of what will be replaced."""
        with spot.tree.folder(spot.parts[:-1]):
            pass
        if not spot.tree.exists(spot.parts):
            return 0
        node = node_at(spot)
        if node.kind == "folder":
            raise Conflict(f"{spot.path} is a folder.")
        if not replace:
            raise PreconditionFailed(f"{spot.path} is there already.")
        return node.size

    async def _fill(
        self, spot: Spot, staged: Staged, content: AsyncIterable[bytes], *, claim: Claim, replaced: int
    ) -> None:
        written = 0
        block = bytearray()
        async for piece in content:
            block += piece
            if len(block) >= _AT_ONCE:
                written += len(block)
                await claim.reach(written - replaced)
                data, block = bytes(block), bytearray()
                await self._run(spot, partial(staged.write, data))
        await claim.reach(written + len(block) - replaced)
        await self._run(spot, partial(staged.write, bytes(block)))

    async def _copy(self, source: Spot, goal: Spot, *, replace: bool) -> None:
        stop = Event()
        homes = goal.tree

        def copy() -> None:
            place = self._staging.place()
            try:
                with translated(source.path):
                    copy_entry(source.tree, source.parts, homes, place, stop)
                self._place(place, goal, replace=replace)
            finally:
                if homes.exists(place):
                    homes.remove(place)

        try:
            await self._run(goal, copy)
        except asyncio.CancelledError:
            stop.set()
            raise

    def _place(self, parts: tuple[str, ...], goal: Spot, *, replace: bool) -> None:
        """Move what lies at `parts` of the homes' tree to where it is wanted."""
        assert goal.owner is not None
        homes = goal.tree
        if not replace or not homes.exists(goal.parts):
            homes.move(parts, goal.parts)
            return
        self._trash.put(goal.owner, goal.parts)
        try:
            homes.move(parts, goal.parts)
        except OSError:
            self._trash.restore(goal.owner, goal.parts)
            raise

    async def _run(self, spot: Spot, work: Callable[[], _T]) -> _T:
        def guarded() -> _T:
            with translated(spot.path):
                return work()

        return await asyncio.to_thread(guarded)


def _publish(staged: Staged, spot: Spot, *, replace: bool) -> bool:
    try:
        return staged.publish(spot.parts, replace=replace)
    except FileExistsError as e:
        raise PreconditionFailed(f"{spot.path} is there already.") from e


def _require_free(spot: Spot) -> None:
    if spot.tree.exists(spot.parts):
        raise Conflict(f"{spot.path} is there already.")


def _refuse_inside(source: Spot, goal: Spot) -> None:
    if source.tree is goal.tree and goal.parts[: len(source.parts)] == source.parts:
        raise UsageError(f"{source.path} cannot go into itself.")
