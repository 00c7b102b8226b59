"""Users' tables as rows: which there are, which are being made, how much room they take."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import Connection, Engine, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from ..errors import Conflict, NotFound, QuotaExceeded
from ..settings import MyDb
from .entry import Entry, Made, Making
from .room import Room
from .rows import being_made, entry_of, live, used_bytes, values_of
from .schema import DROPPED, MAKING, READY, RETIRED, TABLES, make_tables

__all__ = ["ALIVE_S", "TableStore"]

ALIVE_S = 15.0
"""Seconds for which a table counts as being made after its maker has last said so."""


class TableStore:
    """The rows of all users' tables. Every method is one short transaction and blocks.

    Parameters
    ----------
    engine
        The metadata database.
    limits
        How much one user may keep.
    clock
        Seconds since 1970.
    """

    def __init__(self, engine: Engine, limits: MyDb, *, clock: Callable[[], float] = time.time) -> None:
        make_tables(engine)
        self.engine = engine
        self._limits = limits
        self.clock = clock
        self.room = Room(engine, limits, clock)

    def listed(self, owner: str, ids: Sequence[str] | None = None) -> Sequence[Entry]:
        """Return a user's tables, or those of them with these ids, in the order of their names."""
        query = select(TABLES).where(*live(owner)).order_by(TABLES.c.name_key)
        if ids is not None:
            query = query.where(TABLES.c.table_id.in_(ids))
        with self.engine.connect() as connection:
            return [entry_of(row) for row in connection.execute(query).mappings()]

    def names(self, owner: str) -> Mapping[str, str]:
        """Return the names of a user's tables by their ids."""
        query = select(TABLES.c.table_id, TABLES.c.name).where(*live(owner))
        with self.engine.connect() as connection:
            return dict(connection.execute(query).tuples().all())

    def get(self, owner: str, name: str) -> Entry:
        """Return one table of a user.

        Raises
        ------
        NotFound
            When there is none of the name.
        """
        with self.engine.connect() as connection:
            row = connection.execute(select(TABLES).where(*live(owner, name))).mappings().first()
        if row is None:
            raise self._none(name)
        return entry_of(row)

    def used_bytes(self, owner: str) -> int:
        """Return how many bytes a user's tables take; those that are being made take none yet."""
        with self.engine.connect() as connection:
            return used_bytes(connection, owner)

    def begin(
        self,
        owner: str,
        name: str,
        *,
        replace: bool = False,
        base: str | None = None,
        least_bytes: int = 0,
    ) -> Making:
        """Reserve a name for a table that is about to be made.

        Parameters
        ----------
        owner, name
            Whose it will be, and how it is called.
        replace
            Whether a table of the name may be replaced.
        base
            The id of a table of the name of which another form is made.
        least_bytes
            What it will take for certain.

        Raises
        ------
        Conflict
            When there is a table of that name which is not to be replaced, or one is being made.
        QuotaExceeded
            When the user has as many tables or bytes as are allowed, or would have.
        """
        making = Making(secrets.token_hex(8), owner, name, replace or base is not None, base)
        now = self.clock()
        row = {
            "table_id": making.table_id,
            "owner": owner,
            "name": name,
            "name_key": name.lower(),
            "state": MAKING,
            "alive_until": now + ALIVE_S,
            "created": now,
            "bytes": 0,
        }
        try:
            with self.engine.begin() as connection:
                self.room.hold(connection, owner)
                connection.execute(delete(TABLES).where(*being_made(owner, name), TABLES.c.alive_until < now))
                connection.execute(insert(TABLES).values(row))
                self._check_name(connection, making)
                self.room.promise(connection, making, least_bytes=least_bytes)
        except IntegrityError as e:
            raise Conflict(
                f"The table mydb.{name} is being made by another request; wait until it is there."
            ) from e
        return making

    def keep_alive(self, table_id: str) -> bool:
        """Say that a table is still being made; False when it is not any more."""
        change = update(TABLES).where(TABLES.c.table_id == table_id, TABLES.c.state == MAKING)
        with self.engine.begin() as connection:
            return connection.execute(change.values(alive_until=self.clock() + ALIVE_S)).rowcount > 0

    def give_up(self, table_id: str) -> bool:
        """Forget a table that was being made; False when it has been made known."""
        with self.engine.begin() as connection:
            connection.execute(delete(TABLES).where(TABLES.c.table_id == table_id, TABLES.c.state == MAKING))
        return not self.known([table_id])

    def finish(self, making: Making, made: Made) -> Entry:
        """Make a table that has been made known; what becomes of one that it replaces, `making` says.

        Raises
        ------
        Conflict
            When the name has been given to another meanwhile.
        QuotaExceeded
            When there is no room for it any more.
        """
        now = self.clock()
        owner, name = making.owner, making.name
        values = {"state": READY, "alive_until": None, "created": now, **values_of(made)}
        mine = update(TABLES).where(TABLES.c.table_id == making.table_id, TABLES.c.state == MAKING)
        try:
            with self.engine.begin() as connection:
                self.room.hold(connection, owner)
                if making.base is not None:
                    values["created"] = self._retire(connection, making, now)
                elif making.replace:
                    old = update(TABLES).where(*live(owner, name))
                    connection.execute(old.values(state=DROPPED, dropped=now))
                if connection.execute(mine.values(values)).rowcount == 0:
                    raise Conflict(f"The table mydb.{name} took too long to be made; try again.")
                self.room.check(connection, owner, name)
        except IntegrityError as e:
            raise Conflict(f"The table mydb.{name} was made by another request meanwhile.") from e
        return self.get(owner, name)

    def _retire(self, connection: Connection, making: Making, now: float) -> float:
        """Let the new form of a table take its place; return when the table was made."""
        is_base = (TABLES.c.table_id == making.base, *live(making.owner, making.name))
        created = connection.execute(select(TABLES.c.created).where(*is_base)).scalar()
        change = update(TABLES).where(*is_base).values(state=RETIRED, dropped=now)
        if created is None or connection.execute(change).rowcount == 0:
            raise Conflict(
                f"The table mydb.{making.name} was dropped or changed meanwhile; nothing was done."
            )
        return float(created)

    def rename(self, owner: str, name: str, new: str) -> Entry:
        """Give a table another name.

        Raises
        ------
        NotFound
            When there is none of the name.
        Conflict
            When there is one of the new name.
        """
        change = update(TABLES).where(*live(owner, name)).values(name=new, name_key=new.lower())
        try:
            with self.engine.begin() as connection:
                if connection.execute(change).rowcount == 0:
                    raise self._none(name)
        except IntegrityError as e:
            raise Conflict(f"There is a table mydb.{new} already; choose another name.") from e
        return self.get(owner, new)

    def known(self, table_ids: Sequence[str]) -> set[str]:
        """Return those of the ids that belong to a table, dropped ones included."""
        query = select(TABLES.c.table_id).where(TABLES.c.table_id.in_(table_ids))
        with self.engine.connect() as connection:
            return set(connection.execute(query).scalars())

    def _check_name(self, connection: Connection, making: Making) -> None:
        owner, name = making.owner, making.name
        count = select(func.count()).select_from(TABLES)
        exists = connection.execute(count.where(*live(owner, name))).scalar_one() > 0
        if exists and not making.replace:
            raise Conflict(f"There is a table mydb.{name} already; choose another name, or replace it.")
        if not exists:
            self.check_count(connection, owner, more=1)

    def check_count(self, connection: Connection, owner: str, *, more: int = 0) -> None:
        """Check that a user has no more tables than are allowed, with so many more.

        Raises
        ------
        QuotaExceeded
            When there are too many.
        """
        count = select(func.count()).select_from(TABLES).where(*live(owner))
        if connection.execute(count).scalar_one() + more > self._limits.tables:
            raise QuotaExceeded(
                f"You have {self._limits.tables:,} tables in MyDB, as many as are allowed; drop one first."
            )

    @staticmethod
    def _none(name: str) -> NotFound:
        return NotFound(f"You have no table mydb.{name}.")
