"""What tables are made of: the rows of a query, an uploaded file, a definition, another table, more rows."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from ..engine import Pool
from ..errors import ArchiveError, NotFound, UsageError
from ..formats import find_format
from ..models import Principal, Statement
from ..reader import Reader
from ..settings import Limits, MyDb
from ..table_files import Content, Converter, NoRoomError, Pattern, Wishes
from .answers import AnswerWriter
from .entry import Arrangement, Entry, Made, Making
from .folders import FILE_NAME, TableFolders, files_of, next_file
from .forecast import least_bytes
from .making import Order, Workshop
from .positions import column_named, position_of
from .provenance import copied, of_file, of_query, with_addition
from .receiving import Upload, read_on, receive
from .room import Allowance
from .settling import Settler
from .store import TableStore

__all__ = ["IndexWish", "Makers", "Resources"]


_IN_PARTS = (
    "make the table of a part of its rows and append the others, or have it run as a job "
    "(PHASE=RUN to /tap/async) and upload the result"
)


@dataclass(frozen=True)
class Resources:
    """What makers work with: where tables are kept, who understands and runs queries, who reads files."""

    store: TableStore
    folders: TableFolders
    workshop: Workshop
    reader: Reader
    pool: Pool
    converter: Converter


@dataclass(frozen=True)
class IndexWish:
    """By what the rows of a table are to be found fast: a position (True lets it be found), or a column."""

    position: tuple[str, str] | bool = False
    column: str | None = None
    unique: bool = False


class Makers:
    """Makes tables, and other forms of them.

    Parameters
    ----------
    resources
        What is worked with.
    limits, options
        What a query may ask for, and what a user may keep.
    """

    def __init__(self, resources: Resources, *, limits: Limits, options: MyDb) -> None:
        self._with = resources
        self._limits = limits
        self._options = options
        self._settler = Settler(resources.converter, options)
        self._answers = AnswerWriter(limits.maximum_rows)

    async def break_off(self) -> None:
        """End what is under way, for the service is being stopped; nothing of it is left."""
        await self._with.workshop.break_off()

    async def stop(self) -> None:
        """End what reads files."""
        await self._with.converter.stop()

    async def from_query(
        self, principal: Principal, owner: str, name: str, query: str, *, replace: bool
    ) -> Entry:
        """Make a table of the rows of a query.

        Raises
        ------
        ArchiveError
            As the query fails, or as `Workshop.make` does; nothing is left then. So with all that follow.
        """
        statement = await self._with.reader.understand(principal, query)
        provenance = await asyncio.to_thread(of_query, query, statement)
        least = await asyncio.to_thread(least_bytes, statement)

        async def make(making: Making, folder: Path) -> Made:
            content = await self._run(statement, folder / FILE_NAME, self._allowance(making))
            content, arrangement = await self._settler.settle(folder, content, Arrangement())
            return Made(content, provenance, arrangement)

        order = Order(owner, name, replace, least_bytes=least)
        return await self._with.workshop.make(order, make)

    async def from_file(self, owner: str, name: str, upload: Upload, *, replace: bool) -> Entry:
        """Make a table of a file that is being uploaded."""
        upload.check_form()

        async def make(making: Making, folder: Path) -> Made:
            wishes, allowance = Wishes(kinds=upload.kinds), self._allowance(making)
            content = await self._convert(upload, folder, folder / FILE_NAME, allowance, wishes)
            content, arrangement = await self._settler.settle(folder, content, Arrangement())
            return Made(content, of_file(upload.file, upload.form), arrangement)

        return await self._reading_on(upload, self._with.workshop.make(Order(owner, name, replace), make))

    async def define(self, owner: str, name: str, upload: Upload) -> Entry:
        """Make a table without rows, with the columns of a file."""

        async def make(making: Making, folder: Path) -> Made:
            allowance = self._allowance(making)
            content = await self._convert(upload, folder, folder / FILE_NAME, allowance, Wishes(empty=True))
            return Made(content, of_file(upload.file, upload.form))

        return await self._reading_on(upload, self._with.workshop.make(Order(owner, name), make))

    async def append_query(self, principal: Principal, owner: str, name: str, query: str) -> Entry:
        """Append the rows of a query to a table."""
        base = await asyncio.to_thread(self._with.store.get, owner, name)
        statement = await self._with.reader.understand(principal, query)
        provenance = await asyncio.to_thread(of_query, query, statement)

        async def make(making: Making, folder: Path) -> Made:
            path = await self._begin_append(base, folder)
            pattern = await asyncio.to_thread(Pattern.of_file, await self._like(base), base.name)
            added = await self._run(statement, path, self._allowance(making, base), pattern)
            return await self._appended(base, folder, added, provenance)

        order = Order(owner, base.name, base=base, least_bytes=base.content.size_bytes)
        return await self._with.workshop.make(order, make)

    async def append_file(self, owner: str, name: str, upload: Upload) -> Entry:
        """Append the rows of a file that is being uploaded to a table."""
        upload.check_form()
        base = await asyncio.to_thread(self._with.store.get, owner, name)
        wishes = Wishes(kinds=upload.kinds, like=await self._like(base), table=base.name)

        async def make(making: Making, folder: Path) -> Made:
            path = await self._begin_append(base, folder)
            added = await self._convert(upload, folder, path, self._allowance(making, base), wishes)
            return await self._appended(base, folder, added, of_file(upload.file, upload.form))

        order = Order(owner, base.name, base=base, least_bytes=base.content.size_bytes)
        return await self._reading_on(upload, self._with.workshop.make(order, make))

    async def copy(self, owner: str, name: str, new: str) -> Entry:
        """Make a table that holds what another holds."""
        base = await asyncio.to_thread(self._with.store.get, owner, name)

        async def make(_: Making, folder: Path) -> Made:
            await asyncio.to_thread(self._with.folders.link, base, folder)
            return Made(base.content, copied(base.provenance, base.name), base.arrangement)

        order = Order(owner, new, least_bytes=base.content.size_bytes)
        return await self._with.workshop.make(order, make)

    async def index(self, owner: str, name: str, wish: IndexWish) -> Entry:
        """Keep the rows of a table so that they are found fast.

        Raises
        ------
        UsageError
            When there is no such column, or rows have no position, or a value is there twice.
        """
        base = await asyncio.to_thread(self._with.store.get, owner, name)
        wanted, finds = _wanted(base, wish)

        async def make(_: Making, folder: Path) -> Made:
            if not base.content.rows:
                await asyncio.to_thread(self._with.folders.link, base, folder)
                return Made(base.content, base.provenance, wanted)
            sources = await asyncio.to_thread(files_of, self._with.folders.folder(base))
            unique = wish.column if wish.unique else None
            arrange = partial(self._settler.arrange, folder, sources, wanted)
            arrangement = await arrange(unique=unique, find_position=finds)
            content = await self._settler.measure(folder, base.content)
            return Made(content, base.provenance, arrangement)

        return await self._with.workshop.make(Order(owner, base.name, base=base), make)

    def _allowance(self, making: Making, base: Entry | None = None) -> Allowance:
        return Allowance(
            self._with.store.room, making, aside_bytes=0 if base is None else base.content.size_bytes
        )

    async def _begin_append(self, base: Entry, folder: Path) -> Path:
        """Return where further rows go."""
        if not base.arrangement.columns:
            await asyncio.to_thread(self._with.folders.link, base, folder)
        return await asyncio.to_thread(next_file, folder)

    async def _appended(self, base: Entry, folder: Path, added: Content, provenance: dict[str, Any]) -> Made:
        content = replace(base.content, rows=base.content.rows + added.rows)
        arranged = bool(base.arrangement.columns)
        former = await asyncio.to_thread(files_of, self._with.folders.folder(base)) if arranged else ()
        settle = self._settler.settle
        content, arrangement = await settle(
            folder, content, base.arrangement, former=former, former_rows=base.content.rows
        )
        return Made(content, with_addition(base.provenance, provenance, added.rows), arrangement)

    async def _like(self, base: Entry) -> Path:
        """Return a file of a table, which says what its columns are."""
        files = await asyncio.to_thread(files_of, self._with.folders.folder(base))
        if not files:
            raise NotFound(f"The table mydb.{base.name} was dropped or changed meanwhile; try again.")
        return files[0]

    async def _run(
        self, statement: Statement, path: Path, allowance: Allowance, pattern: Pattern | None = None
    ) -> Content:
        answer = await self._with.pool.run(
            statement,
            fmt=find_format("arrow"),
            maxrec=self._limits.maximum_rows,
            timeout_s=self._options.create_s,
            advice=_IN_PARTS,
        )
        try:
            return await self._answers.write(answer, path, allowance=allowance, pattern=pattern)
        finally:
            await answer.cancel()

    async def _convert(
        self, upload: Upload, folder: Path, target: Path, allowance: Allowance, wishes: Wishes
    ) -> Content:
        most = await asyncio.to_thread(allowance.most)
        source = folder / f"upload.{upload.form}"
        size = await receive(upload, source, most_bytes=self._options.upload_bytes, room_bytes=most)
        promised = await asyncio.to_thread(allowance, size)
        convert = partial(self._with.converter.convert, source, upload.form, target, wishes=wishes)
        while True:
            try:
                return await convert(room_bytes=promised)
            except NoRoomError:
                # Few tables take more than their files did: they are begun anew with more.
                more = await asyncio.to_thread(allowance, 8 * promised)
                if more <= promised:
                    raise
                promised = more
                await asyncio.to_thread(target.unlink, missing_ok=True)

    @staticmethod
    async def _reading_on(upload: Upload, making: Any) -> Entry:
        try:
            made: Entry = await making
        except ArchiveError:
            await read_on(upload.chunks)
            raise
        return made


def _wanted(base: Entry, wish: IndexWish) -> tuple[Arrangement, bool]:
    """Return how rows are to be kept then, and whether their position is still to be found."""
    columns, now = base.content.columns, base.arrangement
    pair: tuple[str, str] | None = None
    if isinstance(wish.position, tuple):
        ra, dec = (column_named(columns, name, base.name) for name in wish.position)
        pair = (ra, dec)
    elif wish.column is not None:
        column = column_named(columns, wish.column, base.name)
        pair = position_of(columns, column)
        if pair is None:
            kept = tuple(one for one in now.indexes if one != column) if now.position else ()
            return Arrangement(now.position, (*kept, column)), False
    elif not wish.position:
        raise UsageError("Say by what the table is to be indexed: by position, or by a column.")
    return Arrangement(pair, now.indexes), pair is None
