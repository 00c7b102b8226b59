"""The two that answer: the archive's own engine over its files, and PostgreSQL over rows of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg2
import pyarrow as pa
from astrohub_archive.adql import understand
from astrohub_archive.catalog import Catalog
from astrohub_archive.engine import Pool
from astrohub_archive.errors import ArchiveError
from astrohub_archive.formats import find_format
from astrohub_archive.settings import Limits

from .comparing import Row, difference
from .trees import Query
from .writers import Adql, PostgreSQL

__all__ = ["Archive", "Evaluator", "Failure", "compared"]


@dataclass(frozen=True)
class Failure:
    """A query that was not answered, and what was said."""

    said: str


class Archive:
    """Asks the archive: its front end, its planner, its worker processes, its Arrow encoder."""

    def __init__(self, pool: Pool, catalog: Catalog) -> None:
        self._pool = pool
        self._catalog = catalog
        self._limits = Limits()

    async def answer(self, text: str) -> list[Row] | Failure:
        """Return the rows of an answer."""
        try:
            statement = understand(text, self._catalog, self._limits)
            answer = await self._pool.run(
                statement, fmt=find_format("arrow"), maxrec=10**6, timeout_s=60, lane="quick"
            )
            content = b"".join([chunk async for chunk in answer.chunks()])
        except ArchiveError as e:
            return Failure(f"{type(e).__name__}: {e}")
        if answer.failure is not None:
            return Failure(str(answer.failure))
        columns = [column.to_pylist() for column in pa.ipc.open_stream(content).read_all().columns]
        return list(zip(*columns, strict=True))


class Evaluator:
    """Asks PostgreSQL."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def answer(self, text: str) -> list[Row] | Failure:
        """Return the rows of an answer."""
        with self._connection.cursor() as cursor:
            try:
                cursor.execute(text)
                return list(cursor.fetchall())
            except psycopg2.Error as e:
                self._connection.rollback()
                return Failure(str(e).split("\n")[0])


async def compared(query: Query, archive: Archive, evaluator: Evaluator) -> tuple[str | None, Any, Any]:
    """Answer a query twice; return what is different, if anything is, and both answers.

    What neither answers (a sum beyond 64 bits) is the same. What only one answers is a difference.
    """
    found = await archive.answer(Adql().query(query))
    expected = evaluator.answer(PostgreSQL().query(query))
    if isinstance(found, Failure) or isinstance(expected, Failure):
        both = isinstance(found, Failure) and isinstance(expected, Failure)
        return None if both else "only one of them answers", found, expected
    return difference(query, found, expected), found, expected
