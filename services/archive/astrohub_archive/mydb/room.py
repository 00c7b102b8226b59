"""Room: what a user's tables may take together, and what is promised of it to those that are being made."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, Engine, and_, not_, or_, select, update

from ..databases import alone
from ..errors import QuotaExceeded
from ..settings import MyDb
from .entry import Making
from .rows import live, used_bytes
from .schema import MAKING, TABLES

__all__ = ["Allowance", "Room", "told_bytes"]

_STEP_BYTES = 64 * 1024**2
_STEPS = 64  # that a quota has at least, however small it is


class Room:
    """How much room users have. Every public method is one short transaction and blocks, or part of one.

    A table that is being made counts with what it has been promised, so that two of one user never take
    together what neither may take alone.

    Parameters
    ----------
    engine
        The metadata database.
    limits
        How much one user may keep.
    clock
        Seconds since 1970.
    """

    def __init__(self, engine: Engine, limits: MyDb, clock: Callable[[], float]) -> None:
        self._engine = engine
        self._limits = limits
        self._clock = clock

    def left(self, owner: str) -> int:
        """Return how many bytes a further table of a user may take."""
        with self._engine.connect() as connection:
            return max(0, self._limits.quota_bytes - self._used(connection, owner))

    def left_for(self, making: Making) -> int:
        """Return how many bytes a table that is being made could be promised now."""
        with self._engine.connect() as connection:
            return self._left_for(connection, making)

    def promise(self, connection: Connection, making: Making, *, least_bytes: int = 0) -> None:
        """Promise a table the first bytes of those that it will take.

        Raises
        ------
        QuotaExceeded
            When there are none left, or fewer than `least_bytes`, which it will take for certain.
        """
        left = self._left_for(connection, making)
        if left <= 0:
            raise self.no_room(making.name)
        if least_bytes > left:
            raise self._too_large(making.name, least_bytes, left)
        self._note(connection, making, min(left, max(least_bytes, self._step)))

    def reserve(self, making: Making, size_bytes: int) -> int:
        """Promise a table so many bytes and some more; return how many it has been promised then."""
        with self._engine.begin() as connection:
            self.hold(connection, making.owner)
            mine = select(TABLES.c.bytes).where(TABLES.c.table_id == making.table_id)
            before = connection.execute(mine).scalar() or 0
            promised = max(0, min(self._left_for(connection, making), max(before, size_bytes + self._step)))
            self._note(connection, making, promised)
        return promised

    def hold(self, connection: Connection, owner: str) -> None:
        """Let nobody else be promised anything of a user's room until this transaction, just begun, ends."""
        alone(connection, f"mydb {owner}")

    def check(self, connection: Connection, owner: str, name: str) -> None:
        """Check that a user's tables take no more than they may.

        Raises
        ------
        QuotaExceeded
            When they take more; `name` is the table that is too much.
        """
        if self._used(connection, owner) > self._limits.quota_bytes:
            raise self.no_room(name)

    def no_room(self, name: str) -> QuotaExceeded:
        """Return the error for a table that turns out to take more than is left."""
        return QuotaExceeded(
            f"There is no room for mydb.{name}: your tables may take "
            f"{told_bytes(self._limits.quota_bytes)} together; drop some first."
        )

    def warning(self, owner: str, *, least_bytes: int, about_bytes: int) -> str | None:
        """Return a sentence about what is to be made a table and has no room, or may have none."""
        left = self.left(owner)
        if max(least_bytes, about_bytes) <= left:
            return None
        takes = (
            f"would take {told_bytes(least_bytes)} at least"
            if least_bytes > left
            else f"may take up to about {told_bytes(about_bytes)}"
        )
        return (
            f"As a table in MyDB this {takes}, and {told_bytes(left)} are left; drop some tables first, or "
            "ask for fewer rows or columns."
        )

    def _too_large(self, name: str, least_bytes: int, left: int) -> QuotaExceeded:
        return QuotaExceeded(
            f"There is no room for mydb.{name}: it would take {told_bytes(least_bytes)} at least, and "
            f"{told_bytes(left)} are left of the {told_bytes(self._limits.quota_bytes)} that your tables may "
            "take; drop some first, or ask for fewer rows or columns."
        )

    @property
    def _step(self) -> int:
        return min(_STEP_BYTES, self._limits.quota_bytes // _STEPS)

    def _used(self, connection: Connection, owner: str) -> int:
        return used_bytes(connection, owner, alive_at=self._clock())

    def _left_for(self, connection: Connection, making: Making) -> int:
        """Count neither what it takes itself nor what it replaces."""
        own = TABLES.c.table_id == making.table_id
        aside = or_(own, and_(*live(making.owner, making.name))) if making.replace else own
        others = used_bytes(connection, making.owner, not_(aside), alive_at=self._clock())
        return self._limits.quota_bytes - others

    def _note(self, connection: Connection, making: Making, size_bytes: int) -> None:
        mine = (TABLES.c.table_id == making.table_id, TABLES.c.state == MAKING)
        connection.execute(update(TABLES).where(*mine).values(bytes=size_bytes))


class Allowance:
    """What one table that is being made may still take: promised piece by piece, as it is needed. It blocks.

    Parameters
    ----------
    room
        Of which it is taken.
    making
        The table.
    aside_bytes
        Bytes of it that are there already.
    """

    def __init__(self, room: Room, making: Making, *, aside_bytes: int = 0) -> None:
        self._room = room
        self._making = making
        self._aside = aside_bytes
        self._promised = 0

    def most(self) -> int:
        """Return how many bytes could be written beside what is there; none of them is promised."""
        return self._room.left_for(self._making) - self._aside

    def __call__(self, size_bytes: int) -> int:
        """Return how many bytes may be written beside what is there, where so many are needed now."""
        if self._aside + size_bytes > self._promised:
            self._promised = self._room.reserve(self._making, self._aside + size_bytes)
        return self._promised - self._aside


def told_bytes(count: int) -> str:
    """Return a number of bytes in the unit in which a person would say it."""
    for unit, word in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if count >= unit:
            return f"{count / unit:,.1f} {word}"
    return f"{count:,} bytes"
