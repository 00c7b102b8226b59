"""What is there: single entries, and folders page by page."""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import Callable

from ..errors import Conflict, NotFound, UsageError
from ..identity import READ_FILES, require_scope
from ..models import Principal
from .faults import translated
from .nodes import Listing, Node, node_of
from .paths import is_presentable
from .quota import Quota
from .space import Space, Spot

__all__ = ["Listings", "node_at"]


class Listings:
    """Shows entries and folders to whom they may be shown.

    Parameters
    ----------
    space
        What a path means for whom.
    quota
        How full homes are.
    most
        Entries in one answer at most.
    """

    def __init__(self, space: Space, quota: Quota, *, most: int) -> None:
        self._space = space
        self._quota = quota
        self._most = most

    async def node(self, principal: Principal, path: str) -> Node:
        """Return what is known of an entry.

        Raises
        ------
        NotFound, CredentialsRequired, Forbidden, UsageError
            When there is none for the caller; when the path is none.
        """
        require_scope(principal, READ_FILES)
        return await asyncio.to_thread(lambda: node_at(self._space.find(principal, path)))

    async def page(
        self,
        principal: Principal,
        path: str,
        *,
        after: str | None = None,
        start: str | None = None,
        limit: int | None = None,
    ) -> Listing:
        """Return a page of a folder, sorted by name.

        Parameters
        ----------
        principal, path
            Who, and which folder.
        after
            The `next` of the page before.
        start
            The name with which the page begins.
        limit
            Entries wanted; never more than the service shows at once.

        Raises
        ------
        Conflict, UsageError
            When it is no folder; when a parameter does not fit.
        """
        require_scope(principal, READ_FILES)
        if limit is not None and limit < 1:
            raise UsageError("limit must be at least 1.")
        is_wanted = _wanted(None if after is None else _decoded(after), start)
        count = min(limit or self._most, self._most)
        listing = await asyncio.to_thread(self._page, principal, path, is_wanted, count)
        owner = await asyncio.to_thread(lambda: self._space.find(principal, path).owner)
        if owner is None:
            return listing
        room = await self._quota.room(owner)
        return Listing(listing.folder, listing.entries, listing.next, listing.omitted, room)

    def _page(self, principal: Principal, path: str, is_wanted: Callable[[str], bool], count: int) -> Listing:
        spot = self._space.find(principal, path)
        folder = node_at(spot)
        if folder.kind != "folder":
            raise Conflict(f"{spot.path} is no folder.")
        if spot.children is not None:
            inner = [f"{spot.path}/{name}" if spot.path else name for name in spot.children]
            return Listing(folder, tuple(node_at(self._space.find(principal, one)) for one in inner))
        with translated(spot.path):
            names = spot.tree.names(spot.parts)
        fit = sorted(name for name in names if is_presentable(name))
        wanted = [name for name in fit if is_wanted(name)]
        entries = tuple(node for name in wanted[:count] if (node := _entry(spot, name)) is not None)
        cut = _encoded(wanted[count - 1]) if len(wanted) > count else None
        return Listing(folder, entries, cut, len(names) - len(fit))


def node_at(spot: Spot) -> Node:
    """Return what is known of the entry at a place.

    Raises
    ------
    NotFound, Conflict
        When there is none; when it is neither file, folder nor link.
    """
    with translated(spot.path):
        status = spot.tree.stat(spot.parts)
    node = node_of(spot.path, status, writable=spot.owner is not None)
    if node is None:
        raise Conflict(f"{spot.path} is neither a file nor a folder.")
    return node


def _wanted(after: str | None, start: str | None) -> Callable[[str], bool]:
    return lambda name: (after is None or name > after) and (start is None or name >= start)


def _entry(spot: Spot, name: str) -> Node | None:
    try:
        return node_at(spot.child(name))
    except (NotFound, Conflict):  # it has vanished meanwhile, or is of a kind that is not shown
        return None


def _encoded(name: str) -> str:
    return base64.urlsafe_b64encode(name.encode()).decode().rstrip("=")


def _decoded(cursor: str) -> str:
    try:
        return base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except (binascii.Error, ValueError) as e:
        raise UsageError("The parameter after is damaged; give the next of the page before.") from e
