"""Deleting a home, and taking that back: what is asked, what is refused, what is said."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ..places import folder_name
from .worker import aside_name

__all__ = ["DAY_S", "Removal", "Unwilling"]

DAY_S = 86_400
#: Runs one task of the worker in the folder of all homes: as the archive, or as the owner with this number.
Worker = Callable[[Sequence[str], int | None], Awaitable[dict[str, Any]]]


class Unwilling(Exception):
    """Why nothing was done, and what to do instead."""


@dataclass(frozen=True)
class Removal:
    """Removes homes and brings them back.

    Parameters
    ----------
    work
        Runs the worker.
    servers_of
        Tells the names of a user's pods, those that are ending too.
    now
        Seconds since 1970.
    """

    work: Worker
    servers_of: Callable[[str], Awaitable[list[str]]]
    now: Callable[[], float]

    async def delete(self, user: str, *, confirmed: str, keep_days: int) -> str:
        """Move a home aside, where that is asked for in so many words.

        Parameters
        ----------
        user
            Whose home.
        confirmed
            What follows `--yes-delete-the-home-of`; empty where that was not given.
        keep_days
            Days before which it is not deleted for good.

        Raises
        ------
        Unwilling
            When it is not asked for so, a server of the user is there, or there is no such home.
        """
        home = folder_name(user)
        shown = _described(user, await self.work(["look", home], None))
        if confirmed != user:
            other = (
                f"\nIt is the home of {user!r} that was named first, not of {confirmed!r}."
                if confirmed
                else ""
            )
            raise Unwilling(
                f"{shown}{other}\nNothing was done. To remove it: "
                f"astrohub-admin homes delete {user} --yes-delete-the-home-of {user}"
            )
        await self._refuse_with_server(user)
        until = int(self.now()) + keep_days * DAY_S
        aside = aside_name(home, until)
        moved = await self.work(["move", home, aside], None)
        if not moved["moved"]:
            raise Unwilling(f"The home of {user!r} changed meanwhile: nothing was done.")
        if await self.servers_of(user):  # it was started meanwhile, and may have the home open
            await self.work(["move", aside, home], None)
            await self._refuse_with_server(user)
        return (
            f"{shown}\nIt is moved aside and kept until {_day(until)}. "
            f"Until then: astrohub-admin homes restore {user}. After that: astrohub-admin homes purge."
        )

    async def restore(self, user: str) -> str:
        """Bring back the home that was moved aside last.

        Raises
        ------
        Unwilling
            When there is none, or another one is in its place.
        """
        home = folder_name(user)
        mine = [found["until"] for found in await self._removed() if found["home"] == home]
        if not mine:
            raise Unwilling(f"No home of {user!r} is kept. Kept are: astrohub-admin homes list.")
        await self._refuse_with_server(user)
        moved = await self.work(["move", aside_name(home, max(mine)), home], None)
        if not moved["moved"]:
            raise Unwilling(
                f"{user!r} has a home again, made at a start since: nothing was done. "
                f"Move it aside first: astrohub-admin homes delete {user}"
            )
        return f"The home of {user!r} is back."

    async def kept(self) -> str:
        """Say which homes were moved aside and until when they are kept."""
        lines = [f"{found['home']}  until {_day(found['until'])}" for found in await self._removed()]
        return "\n".join(lines) or "No home is kept that was moved aside."

    async def purge(self) -> str:
        """Delete for good what has been kept long enough.

        Raises
        ------
        Unwilling
            When something could not be deleted.
        """
        said: list[str] = []
        failed: list[str] = []
        for found in await self._removed():
            if found["until"] > self.now():
                continue
            aside = aside_name(found["home"], found["until"])
            for owner in found["owners"]:
                await self.work(["empty", aside], owner)
            dropped = await self.work(["drop", aside], None)
            (said if dropped["dropped"] else failed).append(found["home"])
        if failed:
            raise Unwilling(f"Not all of these could be deleted: {', '.join(failed)}. Look at the volume.")
        return f"Deleted for good: {', '.join(said)}." if said else "No home's time is over."

    async def _removed(self) -> list[dict[str, Any]]:
        return list((await self.work(["removed"], None))["removed"])

    async def _refuse_with_server(self, user: str) -> None:
        if pods := await self.servers_of(user):
            raise Unwilling(
                f"A server of {user!r} is there ({', '.join(pods)}): stop it first. Nothing was done."
            )


def _described(user: str, seen: dict[str, Any]) -> str:
    if not seen["there"]:
        raise Unwilling(f"{user!r} has no home.")
    changed = f", last changed {_day(seen['newest'])}" if seen["files"] else ""
    closed = f"; {seen['closed']} folders could not be looked into" if seen["closed"] else ""
    return f"The home of {user!r}: {seen['files']:,} files, {seen['bytes']:,} bytes{changed}{closed}."


def _day(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")
