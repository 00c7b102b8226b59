"""Tables that come with a query: kept on disk, read in a process of their own, seen by that query only."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from ..errors import ArchiveError, BusyError, CredentialsRequired, QueryTimeout, RequestTooLarge, UsageError
from ..ivoa.uws import JobFolders
from ..models import PlainTable, Principal, Schema, Table
from ..reader import TAP_UPLOAD
from ..settings import Limits
from ..table_files import Converter, NoRoomError
from ..web.fetching import Fetcher
from ..web.multipart import FormLimits, stored_name
from .upload_request import Upload

__all__ = ["Uploads"]

_FILES, _TABLES, _TABLE = "uploads", "tables", "data.parquet"
_AT_ONCE = 32
_SNIFFED_BYTES = 1024
# Compressed text may become larger in our form, and is bounded there as well.
_ROOM_FACTOR = 2


class Uploads:
    """Keeps the files of uploaded tables and reads them.

    Parameters
    ----------
    converter
        Reads files.
    folders
        Files lie in folders of jobs; a query that is answered at once has a folder as if it were a job,
        so that what a killed service leaves is removed as a lost job's is.
    fetcher
        Fetches files from public addresses.
    limits
        How many bytes may come.
    """

    def __init__(self, converter: Converter, folders: JobFolders, fetcher: Fetcher, limits: Limits) -> None:
        self._converter = converter
        self._fetcher = fetcher
        self._folders = folders
        self._limits = limits
        self._under_way = 0

    @asynccontextmanager
    async def receiving(self, principal: Principal) -> AsyncIterator[tuple[Path, FormLimits]]:
        """Lend a folder for the files of a request; what is left there in the end is removed.

        Yields
        ------
        tuple[Path, FormLimits]
            The folder, and what this caller may put there.

        Raises
        ------
        BusyError
            When too many requests with tables are under way.
        """
        if self._under_way >= _AT_ONCE:
            raise BusyError(f"{self._under_way} requests with tables are under way; come again in a moment.")
        self._under_way += 1
        folder_id = f"q{secrets.token_hex(16)}"
        try:
            folder = self._folders.make(folder_id) / _FILES
            await asyncio.to_thread(folder.mkdir, mode=0o700)
            yield folder, self._form_limits(principal)
        finally:
            self._under_way -= 1
            await asyncio.to_thread(self._folders.remove, folder_id)

    def check(self, principal: Principal, uploads: Iterable[Upload], files: Mapping[str, Path]) -> None:
        """Check that every table has its file, or may be fetched.

        Raises
        ------
        UsageError
            When one has none.
        CredentialsRequired
            As `check_fetching` does.
        """
        self.check_fetching(principal, uploads)
        for upload in uploads:
            if not upload.address and upload.part not in files:
                raise UsageError(
                    f"UPLOAD says that the table {upload.name} comes in the part {upload.part[:60]!r}, "
                    "but no file came in a part of that name."
                )

    def check_fetching(self, principal: Principal, uploads: Iterable[Upload]) -> None:
        """Check that the caller may have tables fetched.

        Raises
        ------
        CredentialsRequired
            When a caller without a token wants one to be fetched: somebody has to answer for that.
        """
        for upload in uploads:
            if upload.address and principal.is_anonymous:
                raise CredentialsRequired(
                    f"The table {upload.name} is fetched for callers with a token only; send one, "
                    "or send the table with the request (param:…)."
                )

    def keep(self, files: Mapping[str, Path], job_id: str) -> None:
        """Give the files to a job; they are removed with it. It blocks."""
        folder = self._folders.make(job_id) / _FILES
        folder.mkdir(mode=0o700, exist_ok=True)
        for path in files.values():
            os.replace(path, folder / path.name)

    async def of_job(self, job_id: str, attempt: Path, uploads: Sequence[Upload]) -> Schema | None:
        """Read the tables of a job into the folder of an attempt to run it."""
        return await self.read(self._folders.file(job_id, _FILES), uploads, into=attempt / _TABLES)

    def forget(self, attempt: Path) -> None:
        """Remove what the tables of a job were read into. It blocks."""
        shutil.rmtree(attempt / _TABLES, ignore_errors=True)

    async def read_at_once(self, folder: Path, uploads: Sequence[Upload]) -> Schema | None:
        """Read the tables of a query that is answered at once.

        Raises
        ------
        QueryTimeout
            When that takes longer than such a query may.
        """
        if not uploads:
            return None
        try:
            async with asyncio.timeout(self._limits.sync_s):
                return await self.read(folder, uploads)
        except TimeoutError as e:
            raise QueryTimeout(
                f"Reading the uploaded tables took longer than the {self._limits.sync_s} s that a query may "
                "run; run it as an asynchronous job, or send Parquet, which is read fastest."
            ) from e

    async def read(
        self, folder: Path, uploads: Sequence[Upload], *, into: Path | None = None
    ) -> Schema | None:
        """Read tables whose files lie in a folder; return their schema, if there are any.

        Raises
        ------
        UsageError
            When a file is not there, or cannot be read.
        RequestTooLarge
            When a table takes too much room.
        """
        if not uploads:
            return None
        into = into or folder.with_name(_TABLES)
        await asyncio.to_thread(shutil.rmtree, into, ignore_errors=True)
        reading = [asyncio.create_task(self._table(folder, into, upload)) for upload in uploads]
        try:
            return Schema(TAP_UPLOAD, tuple(await asyncio.gather(*reading)))
        finally:
            # One that cannot be read ends the others, before their folder is removed.
            for task in reading:
                task.cancel()
            await asyncio.wait(reading)

    async def _table(self, folder: Path, into: Path, upload: Upload) -> Table:
        target = into / upload.name.lower() / _TABLE
        await asyncio.to_thread(target.parent.mkdir, mode=0o700, parents=True)
        room_bytes = _ROOM_FACTOR * self._limits.upload_bytes
        try:
            source = await self._source(folder, target.parent, upload)
            form = await asyncio.to_thread(_format_at, source)
            content = await self._converter.convert(source, form, target, room_bytes=room_bytes)
        except NoRoomError as e:
            raise RequestTooLarge(
                f"The uploaded table {upload.name} takes more than the {room_bytes:,} bytes that it may."
            ) from e
        except ArchiveError as e:
            e.message = f"The uploaded table {upload.name} was not read. {e.message}"
            raise
        storage = PlainTable((target,), content.size_bytes, private_folder=target.parent)
        return Table(
            TAP_UPLOAD, upload.name, content.columns, storage, content.description, rows=content.rows
        )

    async def _source(self, folder: Path, into: Path, upload: Upload) -> Path:
        if not upload.address:
            return folder / stored_name(upload.part)
        fetched = into / "fetched"
        await self._fetcher.fetch(upload.address, fetched, self._limits.upload_bytes)
        return fetched

    def _form_limits(self, principal: Principal) -> FormLimits:
        limits = self._limits
        files = limits.upload_anonymous_bytes if principal.is_anonymous else limits.upload_bytes
        return FormLimits(limits.request_bytes, files)


def _format_at(source: Path) -> str:
    """Return the format of a file."""
    try:
        with source.open("rb") as file:
            begin = file.read(_SNIFFED_BYTES)
    except FileNotFoundError as e:
        raise UsageError("Its file did not come with the request.") from e
    if not begin:
        raise UsageError("Its file holds no bytes.")
    return _format_of(begin)


def _format_of(begin: bytes) -> str:
    """Return the format of a file by its first bytes; what clients say of it is often wrong."""
    if begin.startswith(b"PAR1"):
        return "parquet"
    if begin.startswith(b"SIMPLE  ="):
        return "fits"
    text = begin.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"<"):
        return "votable"
    return "ecsv" if text.startswith(b"# %ECSV") else "csv"
