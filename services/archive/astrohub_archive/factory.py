"""Every collaborator, built once from the settings, started and stopped in order."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from .browse.index import Index
from .browse.service import Browse
from .catalog import Catalog
from .catalog.watch import CatalogWatch
from .databases import open_database
from .engine import Aside, Pool
from .errors import CatalogError
from .explain.service import Cost, Explain, Weigh
from .identity import Identity
from .interpreters.pool import Interpreters
from .ivoa.uws import Changes, Cleaner, Control, JobFolders, JobStore, Runner
from .models import Statement
from .mydb.cleaner import TableCleaner
from .mydb.dropped import DroppedTables
from .mydb.folders import TableFolders
from .mydb.forecast import expected_bytes, least_bytes
from .mydb.makers import Makers, Resources
from .mydb.making import Workshop
from .mydb.service import MyDb, OwnTables
from .mydb.store import TableStore
from .reader import Reader
from .settings import Settings, SettingsError
from .table_files import Converter, Forks
from .tap import Tap
from .tap.description import Description
from .tap.execution import JobExecution
from .tap.jobs import Jobs
from .tap.overview import JobsOverview
from .tap.queries import Queries
from .tap.uploads import Uploads
from .user_tables import IndexExecution, IndexJobs, UserTables
from .vospace import Vospace, build_vospace
from .web.fetching import Fetcher
from .web.requests import Addresses

__all__ = ["Archive", "build"]

# Run by its name, in a process of its own: what it loads is not loaded here.
_TABLE_PROGRAMS = "astrohub_archive.data.programs"


@dataclass(frozen=True)
class Archive:
    """The whole service, wired."""

    settings: Settings
    catalog: Catalog
    watch: CatalogWatch
    reader: Reader
    pool: Pool
    identity: Identity
    changes: Changes
    runner: Runner
    cleaner: Cleaner
    tap: Tap
    mydb: MyDb
    browse: Browse
    explain: Explain
    vospace: Vospace | None
    user_tables: UserTables

    async def start(self) -> None:
        """Start the workers, then what uses them."""
        await self.reader.start()
        await self.pool.start()
        await self.runner.start()
        await self.cleaner.start()
        await self.mydb.cleaner.start()
        await self.user_tables.start()
        self.pool.prepare(self.catalog.tables())
        await self.watch.start(self._renew)
        if self.vospace is not None:
            await self.vospace.caretaker.start()

    async def _renew(self, catalog: Catalog) -> None:
        """Let every protocol show what is published now."""
        await self.reader.renew(catalog)
        self.pool.prepare(catalog.tables())
        self.browse.index.renew(catalog)

    async def quiesce(self) -> None:
        """Take nothing new: who waits is told, jobs are given back, answers under way get their time."""
        self.tap.queries.stop()
        self.changes.close()
        await self.runner.stop()
        await self.user_tables.quiesce()
        await asyncio.sleep(self.settings.stop_grace_s)
        self.tap.queries.break_off()
        await self.mydb.makers.break_off()

    async def stop(self) -> None:
        """End everything."""
        await self.watch.stop()
        if self.vospace is not None:
            await self.vospace.caretaker.stop()
        await self.user_tables.stop()
        await self.mydb.cleaner.stop()
        await self.mydb.makers.stop()
        await self.cleaner.stop()
        await self.runner.stop()
        await self.pool.stop()
        await self.reader.stop()
        await self.identity.stop()


def build(settings: Settings) -> Archive:
    """Build the service; nothing runs yet.

    Raises
    ------
    CatalogError
        When the published data are missing or damaged.
    SettingsError
        When the work folder or the job database cannot be used.
    """
    watch = _watch(settings)
    catalog = watch.load()
    pool = Pool(
        settings.engine, settings.public_data, settings.work_dir, job_workers=settings.jobs.concurrent
    )
    limits = settings.limits
    database = _database(settings)
    tables, table_folders = TableStore(database, settings.mydb), TableFolders(settings.work_dir / "mydb")
    own_tables = OwnTables(tables, table_folders)
    reader = Reader(catalog, own_tables, Interpreters(catalog, limits), settings.work_dir)
    aside = Aside(settings.work_dir / "tmp" / "aside", settings.slow_readers)
    queries = Queries(reader, pool, watch, limits, aside)
    store = JobStore(database, "tap")
    folders, changes = JobFolders(settings.work_dir / "jobs"), Changes()
    converter = Converter(settings.mydb, Forks(_TABLE_PROGRAMS, settings.work_dir / "readers"))
    uploads = Uploads(converter, folders, Fetcher(limits.sync_s), limits)
    execute = JobExecution(store, queries, pool, folders, uploads, limits=limits)
    runner = Runner(store, folders, changes, execute, options=settings.jobs)
    control = Control(store, folders, changes, runner, wait_s=limits.wait_s)
    identity = Identity(settings.hub)
    tap = Tap(
        identity=identity,
        addresses=_addresses(settings),
        queries=queries,
        jobs=Jobs(store, folders, control, queries=queries, uploads=uploads, limits=limits),
        overview=JobsOverview(store, changes, limits),
        description=Description(reader, pool, limits),
        uploads=uploads,
    )
    cleaner = Cleaner(store, folders, lease_s=settings.jobs.lease_s)
    dropped = DroppedTables(tables, settings.mydb)
    workshop = Workshop(tables, dropped, table_folders)
    resources = Resources(tables, table_folders, workshop, reader, pool, converter)
    mydb = _mydb(settings, identity, dropped, resources)
    vospace = build_vospace(settings, identity, tap.addresses)
    browse = Browse(identity, reader, Index(catalog))
    served = (tap, mydb, browse, Explain(identity, reader, pool, _weigh(tables)), vospace)
    user_tables = _user_tables(settings, database, changes, mydb, tap.addresses)
    watched = (settings, catalog, watch, reader, pool, identity, changes, runner, cleaner)
    return Archive(*watched, *served, user_tables)


def _mydb(settings: Settings, identity: Identity, dropped: DroppedTables, resources: Resources) -> MyDb:
    return MyDb(
        identity=identity,
        store=resources.store,
        dropped=dropped,
        makers=Makers(resources, limits=settings.limits, options=settings.mydb),
        cleaner=TableCleaner(resources.store, dropped, resources.folders),
        options=settings.mydb,
    )


def _user_tables(
    settings: Settings, database: Engine, changes: Changes, mydb: MyDb, addresses: Addresses
) -> UserTables:
    store = JobStore(database, "table-update")
    folders = JobFolders(settings.work_dir / "table_jobs")
    runner = Runner(store, folders, changes, IndexExecution(mydb.makers, folders), options=settings.jobs)
    control = Control(store, folders, changes, runner, wait_s=settings.limits.wait_s)
    jobs = IndexJobs(store, folders, control, limits=settings.limits, seconds=settings.mydb.create_s)
    return UserTables(mydb, addresses, jobs, runner, Cleaner(store, folders, lease_s=settings.jobs.lease_s))


def _weigh(tables: TableStore) -> Weigh:
    """Let queries be weighed against the room in MyDB, of which explanations know nothing."""

    def weigh(owner: str | None, statement: Statement, rows: int | None) -> Cost:
        about = None if rows is None else expected_bytes(rows, statement.columns)
        if owner is None or about is None or about <= tables.room.left(owner):
            return Cost(about)
        least = least_bytes(statement)  # less than that for certain, and takes looking at files
        return Cost(about, tables.room.warning(owner, least_bytes=least, about_bytes=about))

    return weigh


def _watch(settings: Settings) -> CatalogWatch:
    if not settings.public_data.is_dir():
        raise CatalogError(f"The folder of published catalogues {settings.public_data} does not exist.")
    try:
        settings.work_dir.mkdir(parents=True, exist_ok=True)
    except OSError as e:
        raise SettingsError(f"The work folder {settings.work_dir} cannot be made: {e.strerror}.") from e
    serves_files = settings.files_dir is not None and settings.public_files_dir is not None
    return CatalogWatch(
        settings.public_data,
        settings.work_dir,
        every_s=settings.public_data_poll_s,
        files_url=f"{settings.public_url.rstrip('/')}{settings.prefix}/files/public/" if serves_files else "",
    )


def _database(settings: Settings) -> Engine:
    try:
        url = settings.database_url
        engine = open_database(
            None if url is None else url.get_secret_value(),
            settings.work_dir,
            password_file=settings.database_password_file,
        )
        engine.connect().close()
        return engine
    except SQLAlchemyError as e:
        reason = " ".join(str(getattr(e, "orig", None) or type(e).__name__).split())
        raise SettingsError(f"The job database cannot be opened: {reason}.") from e


def _addresses(settings: Settings) -> Addresses:
    own = f"http://{settings.bind.host}:{settings.bind.port}"
    others = (own,) if settings.internal_url is None else (own, settings.internal_url)
    return Addresses(settings.public_url, others, settings.prefix)
