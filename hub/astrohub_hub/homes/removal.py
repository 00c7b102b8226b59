"""Deleting a home, and taking that back: what is asked, what is refused, what is said."""

from __future__ import annotations

import shlex
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ..places import folder_name
from .worker import aside_name

__all__ = ["DAY_S", "NotBegun", "OutOfTime", "Removal", "Unfinished", "Unwilling"]

DAY_S = 86_400
#: Runs one task of the worker in the folder of all homes: as the archive, or as the owner with this number.
Worker = Callable[[Sequence[str], int | None], Awaitable[dict[str, Any]]]
#: After so many homes in a row that could not be begun with, no other is tried: nor could that be.
_MOST_NOT_BEGUN = 2


class Unwilling(Exception):
    """Why it was not done, or not all of it, and what to do instead."""


class Unfinished(Exception):
    """Why what was begun in a home was not done to its end; the same again goes on with it."""


class NotBegun(Unfinished):
    """Why nothing could be begun in a home."""


class OutOfTime(Unfinished):
    """The time in which all was to be done is over."""


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
    tell
        Takes a sentence as soon as it is true: a purge takes hours, and may be killed amid its work.
    """

    work: Worker
    servers_of: Callable[[str], Awaitable[list[str]]]
    now: Callable[[], float]
    tell: Callable[[str], None]

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
                f"{_command('delete', user, '--yes-delete-the-home-of', user)}"
            )
        if pods := await self.servers_of(user):
            raise _has_server(user, pods)
        until = int(self.now()) + keep_days * DAY_S
        aside = aside_name(home, until)
        moved = await self.work(["move", home, aside], None)
        if not moved["moved"]:
            raise Unwilling(f"The home of {user!r} changed meanwhile: nothing was done.")
        if pods := await self.servers_of(user):  # started meanwhile, it may have the home open
            back = await self.work(["move", aside, home], None)
            if back["moved"]:
                raise _has_server(user, pods)
            if back["why"] == "gone":
                raise Unwilling(
                    f"A server of {user!r} started meanwhile, and so did a purge, as the home is not kept: "
                    "the home is deleted for good, or will be. Nothing brings it back."
                )
            raise Unwilling(
                f"A server of {user!r} started meanwhile and has made a new home. "
                f"The old one is moved aside and kept until {_day(until)}: {_command('list')}"
            )
        return (
            f"{shown}\nIt is moved aside and kept until {_day(until)}.\n"
            f"Until then: {_command('restore', user)}\nAfter that: {_command('purge')}"
        )

    async def restore(self, user: str, kept_until: int | None = None) -> str:
        """Bring back a home that was moved aside.

        Parameters
        ----------
        user
            Whose home.
        kept_until
            Which of several: the one that is kept until then, in seconds since 1970.

        Raises
        ------
        Unwilling
            When there is none, or no longer, it is not said which of several, or another one is in its place.
        """
        home = folder_name(user)
        mine = sorted(found["until"] for found in await self._removed() if found["home"] == home)
        if not mine:
            raise Unwilling(f"No home of {user!r} is kept. Kept are: {_command('list')}")
        until = mine[0] if kept_until is None and len(mine) == 1 else kept_until
        if until is None or until not in mine:
            raise Unwilling(await self._choice(user, mine))
        if pods := await self.servers_of(user):
            raise _has_server(user, pods)
        moved = await self.work(["move", aside_name(home, until), home], None)
        if not moved["moved"] and moved["why"] == "gone":
            raise Unwilling(
                f"The home of {user!r} was brought back or deleted for good in this moment: nothing was done."
            )
        if not moved["moved"]:
            raise Unwilling(
                f"{user!r} has a home again, made by a start or by VOSpace since: nothing was done. "
                f"Move that one aside first:\n{_command('delete', user)}\n"
                f"Then: {_command('restore', user, '--kept-until', str(until))}"
            )
        return f"The home of {user!r} is back."

    async def kept(self) -> str:
        """Say which homes were moved aside and until when they are kept."""
        lines = [f"{found['home']}  until {_day(found['until'])}" for found in await self._removed()]
        return "\n".join(lines) or "No home is kept that was moved aside."

    async def purge(self) -> str:
        """Delete for good what has been kept long enough, and what an earlier purge did not end.

        It is claimed first: what `restore` brings back is never emptied, what is emptied never comes back.
        A home that takes too long keeps none of the others: the next purge goes on with it, after new ones.

        Raises
        ------
        Unwilling
            When something could not be deleted, or not to its end.
        Unfinished
            When it was given up, as two homes in a row could not be begun with.
        """
        left = (await self.work(["claim", str(int(self.now()))], None))["claimed"]
        if not left:
            return "No home's time is over."
        total, deleted, not_begun = len(left), 0, 0
        while left and not_begun < _MOST_NOT_BEGUN:
            found = left[0]
            try:
                dropped = await self._delete_for_good(found)
            except OutOfTime:
                break
            except Unfinished as e:
                left.pop(0)
                self.tell(f"Not to the end: {found['home']} ({e}). The next purge goes on with it.")
                not_begun = not_begun + 1 if isinstance(e, NotBegun) else 0
                continue
            left.pop(0)
            not_begun, deleted = 0, deleted + dropped
            self.tell(_end_of(found["home"], dropped))
        if left:
            self.tell(f"Left for the next purge: {', '.join(found['home'] for found in left)}.")
        summary = f"{deleted} of {total} homes whose time is over are deleted for good."
        if not_begun == _MOST_NOT_BEGUN:
            raise Unfinished(f"{not_begun} homes in a row could not be begun with; {summary}")
        if deleted < total:
            raise Unwilling(f"The purge ran out of time; {summary}" if left else summary)
        return summary

    async def _delete_for_good(self, claimed: dict[str, Any]) -> bool:
        for owner in claimed["owners"]:
            await self.work(["empty", claimed["name"]], owner)
        return bool((await self.work(["drop", claimed["name"]], None))["dropped"])

    async def _removed(self) -> list[dict[str, Any]]:
        return list((await self.work(["removed"], None))["removed"])

    async def _choice(self, user: str, untils: Sequence[int]) -> str:
        lines = [f"Nothing was done. Kept of {user!r}; say which one is to be back:"]
        for until in untils:
            seen = await self.work(["look", aside_name(folder_name(user), until)], None)
            if seen["there"]:
                command = _command("restore", user, "--kept-until", str(until))
                lines.append(f"{command}  # {_content(seen)}; kept until {_day(until)}")
        return "\n".join(lines)


def _command(*words: str) -> str:
    """Return a command as it can be copied into a shell."""
    return shlex.join(["astrohub-admin", "homes", *words])


def _end_of(home: str, dropped: bool) -> str:
    return (
        f"Deleted for good: {home}."
        if dropped
        else f"Not all of {home} could be deleted. Look at the volume."
    )


def _has_server(user: str, pods: Sequence[str]) -> Unwilling:
    return Unwilling(f"A server of {user!r} is there ({', '.join(pods)}): stop it first. Nothing was done.")


def _described(user: str, seen: dict[str, Any]) -> str:
    if not seen["there"]:
        raise Unwilling(f"{user!r} has no home.")
    return f"The home of {user!r}: {_content(seen)}."


def _content(seen: dict[str, Any]) -> str:
    changed = f", last changed {_day(seen['newest'])}" if seen["files"] else ""
    closed = f"; {seen['closed']} folders could not be looked into" if seen["closed"] else ""
    return f"{seen['files']:,} files, {seen['bytes']:,} bytes{changed}{closed}"


def _day(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")
