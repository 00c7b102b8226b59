"""Dropped tables: kept for a while in case they are wanted back, then forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from ..errors import Conflict, NotFound
from ..settings import MyDb
from .entry import Dropped, Entry
from .rows import entry_of, live, named
from .schema import DROPPED, MAKING, READY, RETIRED, TABLES
from .store import TableStore

__all__ = ["DroppedTables"]

_MOST_LISTED = 200


class DroppedTables:
    """The tables that their users have dropped or replaced. Every method is one transaction and blocks.

    Parameters
    ----------
    store
        The tables that there are.
    limits
        How long they are kept.
    """

    def __init__(self, store: TableStore, limits: MyDb) -> None:
        self._store = store
        self._limits = limits

    def listed(self, owner: str) -> Sequence[Dropped]:
        """Return what can be restored, the last one first."""
        query = select(TABLES).where(
            TABLES.c.owner == owner, TABLES.c.state == DROPPED, TABLES.c.dropped > self._oldest()
        )
        query = query.order_by(TABLES.c.dropped.desc()).limit(_MOST_LISTED)
        with self._store.engine.connect() as connection:
            rows = connection.execute(query).mappings().all()
        kept_s = self._limits.dropped_hours * 3600
        return [
            Dropped(entry_of(row), _moment(row["dropped"]), _moment(row["dropped"] + kept_s)) for row in rows
        ]

    def drop(self, owner: str, name: str) -> None:
        """Take a table away; it can be restored for a while.

        Raises
        ------
        NotFound
            When there is none of the name.
        """
        change = update(TABLES).where(*live(owner, name))
        with self._store.engine.begin() as connection:
            changed = connection.execute(change.values(state=DROPPED, dropped=self._store.clock()))
            if changed.rowcount == 0:
                raise NotFound(f"You have no table mydb.{name}.")
        self.forget_beyond_quota(owner)

    def restore(self, owner: str, name: str, *, new: str | None = None, table_id: str | None = None) -> Entry:
        """Bring back the table of a name that was dropped last.

        Parameters
        ----------
        owner, name
            Whose, and which.
        new
            The name that it gets, if not the one that it had.
        table_id
            Which of the name, if not the last.

        Raises
        ------
        NotFound
            When none of the name was dropped of late.
        Conflict
            When there is another of the name by now.
        QuotaExceeded
            When there is no room for it.
        """
        dropped = select(TABLES.c.table_id).where(
            *named(owner, name), TABLES.c.state == DROPPED, TABLES.c.dropped > self._oldest()
        )
        if table_id is not None:
            dropped = dropped.where(TABLES.c.table_id == table_id)
        wanted = new or name
        try:
            with self._store.engine.begin() as connection:
                self._store.room.hold(connection, owner)
                found = connection.execute(dropped.order_by(TABLES.c.dropped.desc()).limit(1)).scalar()
                if found is None:
                    raise NotFound(
                        f"No table mydb.{name} of yours was dropped in the last "
                        f"{self._limits.dropped_hours} hours."
                    )
                change = update(TABLES).where(TABLES.c.table_id == found)
                if new is not None:
                    change = change.values(name=new, name_key=new.lower())
                connection.execute(change.values(state=READY, dropped=None))
                self._store.check_count(connection, owner)
                self._store.room.check(connection, owner, wanted)
        except IntegrityError as e:
            raise Conflict(
                f"There is another table mydb.{wanted} by now; restore this one under another name, "
                "or drop that one first."
            ) from e
        return self._store.get(owner, wanted)

    def forget_old(self) -> int:
        """Forget tables dropped long ago, former forms of others, and those whose maker is gone."""
        out = TABLES.c.state.in_((DROPPED, RETIRED))
        with self._store.engine.begin() as connection:
            old = delete(TABLES).where(out, TABLES.c.dropped <= self._oldest())
            gone = delete(TABLES).where(TABLES.c.state == MAKING, TABLES.c.alive_until < self._store.clock())
            return connection.execute(old).rowcount + connection.execute(gone).rowcount

    def forget_beyond_quota(self, owner: str) -> None:
        """Forget a user's oldest dropped tables until the rest takes no more than the quota."""
        query = select(TABLES.c.table_id, TABLES.c.bytes).where(
            TABLES.c.owner == owner, TABLES.c.state.in_((DROPPED, RETIRED))
        )
        with self._store.engine.begin() as connection:
            # Not one that its owner restores at this very moment.
            self._store.room.hold(connection, owner)
            kept = 0
            for table_id, size in connection.execute(query.order_by(TABLES.c.dropped.desc())).all():
                kept += size
                if kept > self._limits.quota_bytes:
                    connection.execute(delete(TABLES).where(TABLES.c.table_id == table_id))

    def _oldest(self) -> float:
        return self._store.clock() - self._limits.dropped_hours * 3600


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
