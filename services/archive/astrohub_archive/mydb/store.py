"""Users' tables as rows: which there are, which are being made, how much room they take."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    and_,
    delete,
    func,
    insert,
    not_,
    select,
    update,
)
from sqlalchemy.engine import RowMapping
from sqlalchemy.exc import IntegrityError

from ..errors import Conflict, NotFound, QuotaExceeded
from ..models import Column
from ..settings import MyDb
from ..table_files import Content
from .entry import Entry, Making
from .schema import DROPPED, MAKING, READY, TABLES, make_tables

__all__ = ["ALIVE_S", "TableStore"]

ALIVE_S = 15.0
"""Seconds for which a table counts as being made after its maker has last said so."""

_MB = 1e6


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
        self._engine = engine
        self._limits = limits
        self._clock = clock

    def listed(self, owner: str, ids: Sequence[str] | None = None) -> Sequence[Entry]:
        """Return a user's tables, or those of them with these ids, in the order of their names."""
        query = select(TABLES).where(*_live(owner)).order_by(TABLES.c.name_key)
        if ids is not None:
            query = query.where(TABLES.c.table_id.in_(ids))
        with self._engine.connect() as connection:
            return [_entry(row) for row in connection.execute(query).mappings()]

    def names(self, owner: str) -> Mapping[str, str]:
        """Return the names of a user's tables by their ids."""
        query = select(TABLES.c.table_id, TABLES.c.name).where(*_live(owner))
        with self._engine.connect() as connection:
            return dict(connection.execute(query).tuples().all())

    def get(self, owner: str, name: str) -> Entry:
        """Return one table of a user.

        Raises
        ------
        NotFound
            When there is none of the name.
        """
        with self._engine.connect() as connection:
            row = connection.execute(select(TABLES).where(*_live(owner, name))).mappings().first()
        if row is None:
            raise NotFound(f"You have no table mydb.{name}.")
        return _entry(row)

    def used_bytes(self, owner: str) -> int:
        """Return how many bytes a user's tables take, those that are being made included."""
        with self._engine.connect() as connection:
            return self._used(connection, owner)

    def begin(self, owner: str, name: str, *, replace: bool) -> Making:
        """Reserve a name for a table that is about to be made.

        Raises
        ------
        Conflict
            When there is a table of that name which is not to be replaced, or one is being made.
        QuotaExceeded
            When the user has as many tables or bytes as are allowed.
        """
        making = Making(secrets.token_hex(8), owner, name, replace)
        now = self._clock()
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
            with self._engine.begin() as connection:
                connection.execute(delete(TABLES).where(*_making(owner, name), TABLES.c.alive_until < now))
                connection.execute(insert(TABLES).values(row))
                self._check_room(connection, making)
        except IntegrityError as e:
            raise Conflict(
                f"The table mydb.{name} is being made by another request; wait until it is there."
            ) from e
        return making

    def room(self, making: Making) -> int:
        """Return how many bytes a table that is being made may take."""
        with self._engine.connect() as connection:
            return self._room(connection, making)

    def keep_alive(self, table_id: str) -> bool:
        """Say that a table is still being made; False when it is not any more."""
        change = update(TABLES).where(TABLES.c.table_id == table_id, TABLES.c.state == MAKING)
        with self._engine.begin() as connection:
            return connection.execute(change.values(alive_until=self._clock() + ALIVE_S)).rowcount > 0

    def give_up(self, table_id: str) -> bool:
        """Forget a table that was being made; False when it has been made known."""
        with self._engine.begin() as connection:
            connection.execute(delete(TABLES).where(TABLES.c.table_id == table_id, TABLES.c.state == MAKING))
        return not self.known([table_id])

    def finish(self, making: Making, content: Content, provenance: Mapping[str, str]) -> Entry:
        """Make a table that has been made known; one that it replaces can be restored for a while.

        Raises
        ------
        Conflict
            When the name has been given to another meanwhile.
        QuotaExceeded
            When there is no room for it any more.
        """
        now = self._clock()
        owner, name = making.owner, making.name
        values = {
            "state": READY,
            "alive_until": None,
            "created": now,
            "rows": content.rows,
            "bytes": content.size_bytes,
            "description": content.description,
            "columns": [asdict(column) for column in content.columns],
            "provenance": dict(provenance),
        }
        mine = update(TABLES).where(TABLES.c.table_id == making.table_id, TABLES.c.state == MAKING)
        try:
            with self._engine.begin() as connection:
                if making.replace:
                    old = update(TABLES).where(*_live(owner, name))
                    connection.execute(old.values(state=DROPPED, dropped=now))
                if connection.execute(mine.values(values)).rowcount == 0:
                    raise Conflict(f"The table mydb.{name} took too long to be made; try again.")
                self._check_bytes(connection, owner, name)
        except IntegrityError as e:
            raise Conflict(f"The table mydb.{name} was made by another request meanwhile.") from e
        return self.get(owner, name)

    def drop(self, owner: str, name: str) -> None:
        """Take a table away; it can be restored for a while.

        Raises
        ------
        NotFound
            When there is none of the name.
        """
        change = update(TABLES).where(*_live(owner, name))
        with self._engine.begin() as connection:
            if connection.execute(change.values(state=DROPPED, dropped=self._clock())).rowcount == 0:
                raise NotFound(f"You have no table mydb.{name}.")

    def restore(self, owner: str, name: str) -> Entry:
        """Bring back the table of a name that was dropped last.

        Raises
        ------
        NotFound
            When none of the name was dropped of late.
        Conflict
            When there is another of the name by now.
        QuotaExceeded
            When there is no room for it.
        """
        dropped = select(TABLES.c.table_id).where(*_of(owner, name), TABLES.c.state == DROPPED)
        try:
            with self._engine.begin() as connection:
                table_id = connection.execute(dropped.order_by(TABLES.c.dropped.desc()).limit(1)).scalar()
                if table_id is None:
                    raise NotFound(
                        f"No table mydb.{name} of yours was dropped in the last "
                        f"{self._limits.dropped_hours} hours."
                    )
                change = update(TABLES).where(TABLES.c.table_id == table_id)
                connection.execute(change.values(state=READY, dropped=None))
                self._check_bytes(connection, owner, name)
        except IntegrityError as e:
            raise Conflict(f"There is another table mydb.{name} by now; drop that one first.") from e
        return self.get(owner, name)

    def forget_old(self) -> int:
        """Forget tables dropped long ago or beyond what is kept of them, and those whose maker is gone."""
        now = self._clock()
        before = now - self._limits.dropped_hours * 3600
        with self._engine.begin() as connection:
            old = delete(TABLES).where(TABLES.c.state == DROPPED, TABLES.c.dropped <= before)
            gone = delete(TABLES).where(TABLES.c.state == MAKING, TABLES.c.alive_until < now)
            return connection.execute(old).rowcount + connection.execute(gone).rowcount

    def forget_beyond_quota(self, owner: str) -> None:
        """Forget a user's oldest dropped tables until the rest takes no more than the quota."""
        query = select(TABLES.c.table_id, TABLES.c.bytes).where(
            TABLES.c.owner == owner, TABLES.c.state == DROPPED
        )
        with self._engine.begin() as connection:
            kept = 0
            for table_id, size in connection.execute(query.order_by(TABLES.c.dropped.desc())).all():
                kept += size
                if kept > self._limits.quota_bytes:
                    connection.execute(delete(TABLES).where(TABLES.c.table_id == table_id))

    def known(self, table_ids: Sequence[str]) -> set[str]:
        """Return those of the ids that belong to a table, dropped ones included."""
        query = select(TABLES.c.table_id).where(TABLES.c.table_id.in_(table_ids))
        with self._engine.connect() as connection:
            return set(connection.execute(query).scalars())

    def _check_room(self, connection: Connection, making: Making) -> None:
        owner, name = making.owner, making.name
        count = select(func.count()).select_from(TABLES)
        exists = connection.execute(count.where(*_live(owner, name))).scalar_one() > 0
        if exists and not making.replace:
            raise Conflict(f"There is a table mydb.{name} already; choose another name, or replace it.")
        if not exists and connection.execute(count.where(*_live(owner))).scalar_one() >= self._limits.tables:
            raise QuotaExceeded(
                f"You have {self._limits.tables:,} tables in MyDB, as many as are allowed; drop one first."
            )
        if self._room(connection, making) <= 0:
            raise self.no_room(name)

    def _room(self, connection: Connection, making: Making) -> int:
        """Count neither what it takes itself nor what it replaces."""
        own = TABLES.c.table_id == making.table_id
        aside = own | and_(*_live(making.owner, making.name)) if making.replace else own
        query = select(func.coalesce(func.sum(TABLES.c.bytes), 0)).where(
            TABLES.c.owner == making.owner, TABLES.c.state != DROPPED, not_(aside)
        )
        return self._limits.quota_bytes - int(connection.execute(query).scalar_one())

    def _check_bytes(self, connection: Connection, owner: str, name: str) -> None:
        if self._used(connection, owner) > self._limits.quota_bytes:
            raise self.no_room(name)

    def no_room(self, name: str) -> QuotaExceeded:
        """Return the error for a table that would take more than is left."""
        return QuotaExceeded(
            f"There is no room for mydb.{name}: your tables may take "
            f"{self._limits.quota_bytes / _MB:,.1f} MB together; drop some first."
        )

    def _used(self, connection: Connection, owner: str) -> int:
        query = select(func.coalesce(func.sum(TABLES.c.bytes), 0)).where(
            TABLES.c.owner == owner, TABLES.c.state != DROPPED
        )
        return int(connection.execute(query).scalar_one())


def _of(owner: str, name: str) -> tuple[ColumnElement[bool], ...]:
    return (TABLES.c.owner == owner, TABLES.c.name_key == name.lower())


def _live(owner: str, name: str | None = None) -> tuple[ColumnElement[bool], ...]:
    mine = (TABLES.c.owner == owner,) if name is None else _of(owner, name)
    return (*mine, TABLES.c.state == READY)


def _making(owner: str, name: str) -> tuple[ColumnElement[bool], ...]:
    return (*_of(owner, name), TABLES.c.state == MAKING)


def _entry(row: RowMapping) -> Entry:
    columns = tuple(Column(**column) for column in row["columns"])
    return Entry(
        table_id=row["table_id"],
        owner=row["owner"],
        name=row["name"],
        created=datetime.fromtimestamp(row["created"], UTC),
        content=Content(columns, row["rows"], row["bytes"], row["description"]),
        provenance=row["provenance"] or {},
    )
