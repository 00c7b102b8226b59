"""The number of each user and group on the volumes: given once, kept in a table of the hub's database."""

from __future__ import annotations

from typing import Any, Literal

from sqlalchemy import Column, Integer, MetaData, String, Table, func, insert, select
from sqlalchemy.orm import Session

from .kubernetes_settings import Identities

__all__ = ["NumberBook", "NumbersExhausted"]

Kind = Literal["user", "group"]

_METADATA = MetaData()
_NUMBERS = Table(
    "astrohub_numbers",
    _METADATA,
    Column("kind", String(8), primary_key=True),
    Column("name", String(255), primary_key=True),
    Column("number", Integer, nullable=False, unique=True),
)


class NumbersExhausted(Exception):
    """No number is left for a further user."""


class NumberBook:
    """Gives each name a number and keeps it.

    A name that was deleted and comes back has the number that it had, as its home is still there. The hub is
    one process and asks from one thread: two names never race for a number.

    Parameters
    ----------
    identities
        Where the numbers of users and of groups begin.
    """

    def __init__(self, identities: Identities) -> None:
        self._first = {"user": identities.first_user, "group": identities.first_group}
        self._last_user = identities.first_group - 1

    def of_user(self, db: Session, name: str) -> int:
        """Look up a user's number, which is also that of the user's own group; give one if there is none."""
        return self._number(db, "user", name)

    def of_groups(self, db: Session, names: list[str]) -> list[int]:
        """Look up the numbers of groups; give those that are missing."""
        return [self._number(db, "group", name) for name in sorted(names)]

    def keep(self, db: Session, name: str, number: int) -> bool:
        """Say whether a number is this user's; one that neither has been given is given now.

        A pod knows its user's number even where the database is older than the pod.
        """
        _METADATA.create_all(db.connection())
        mine = (_NUMBERS.c.kind == "user") & (_NUMBERS.c.name == name)
        found = db.execute(select(_NUMBERS.c.number).where(mine)).scalar()
        if found is not None:
            return bool(found == number)
        holder = db.execute(select(_NUMBERS.c.name).where(_NUMBERS.c.number == number)).scalar()
        if holder is not None or not self._first["user"] <= number <= self._last_user:
            return False
        db.execute(insert(_NUMBERS).values(kind="user", name=name, number=number))
        db.commit()
        return True

    def _number(self, db: Session, kind: Kind, name: str) -> int:
        _METADATA.create_all(db.connection())
        mine = (_NUMBERS.c.kind == kind) & (_NUMBERS.c.name == name)
        found: Any = db.execute(select(_NUMBERS.c.number).where(mine)).scalar()
        if found is None:
            found = self._next(db, kind)
            db.execute(insert(_NUMBERS).values(kind=kind, name=name, number=found))
            db.commit()
        return int(found)

    def _next(self, db: Session, kind: Kind) -> int:
        last = db.execute(select(func.max(_NUMBERS.c.number)).where(_NUMBERS.c.kind == kind)).scalar()
        number: int = self._first[kind] if last is None else max(last + 1, self._first[kind])
        if kind == "user" and number > self._last_user:
            raise NumbersExhausted(f"All users' numbers up to {self._last_user} are given.")
        return number
