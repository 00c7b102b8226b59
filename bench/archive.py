"""Benchmark of the archive: ours against the limit and peers, theme by theme, on the same files.

python bench/archive.py --rows 5_000_000             makes large.object below --folder, and measures on it
python bench/archive.py --public DIR --table s.t     measures on a published table
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path

from astrohub_archive.catalog import Catalog, load_catalog
from astrohub_archive.data.large import TABLE, make_large
from astrohub_archive.models import HatsTable, Table
from epochs import make_epochs
from limit import Limit
from measuring import Contest, Result, as_table, run
from one_user import hub
from ours import EnginePool, HttpArchive, engine_pool, http_archive
from peers import peers
from postgres import PostgreSQL, obstacle, postgresql
from subject import EXPORT_COLUMNS, Ours, Subject
from themes import (
    catalogs,
    clients,
    cones,
    crossmatch,
    epochs,
    exports,
    identifiers,
    jobs,
    notebook,
    overhead,
    scans,
)
from wide import COLUMNS, TABLES, make_wide

THEMES: dict[str, Callable[[Subject], list[Contest]]] = {
    "cone": cones.contests,
    "identifier": identifiers.contests,
    "epochs": epochs.contests,
    "overhead": overhead.contests,
    "crossmatch": crossmatch.contests,
    "scan": scans.contests,
    "clients": clients.contests,
    "export": exports.contests,
    "notebook": notebook.contests,
}
"""By the word with which the names of its contests begin."""


def measure(public: Path, name: str, work: Path, options: argparse.Namespace) -> list[Result]:
    """Run the benchmark on a published table."""
    catalog = load_catalog(public)
    schema, _, bare = name.partition(".")
    table = catalog.table(schema, bare)
    if table is None or not isinstance(table.storage, HatsTable) or not table.storage.indexes:
        sys.exit(f"There is no table {name} with positions and an index in {public}.")
    threads: int = options.threads
    uploads: dict[str, Path] = {}
    if _is_chosen("crossmatch", options.only):
        identifier = next(iter(table.storage.indexes))
        uploads = crossmatch.write_uploads(table.storage, identifier, work / "uploads", table.rows or 0)
        catalog = catalog.with_schema(crossmatch.uploaded(uploads), qualified_only=True)
    with ExitStack() as stack:
        pool: EnginePool = stack.enter_context(engine_pool(catalog, public, work / "engine", threads=threads))
        identifier = next(iter(table.storage.indexes))
        limit = Limit(table.storage, identifier, threads=threads, folder=work)
        ours: dict[str, Ours] = {"ours, engine": pool}
        archive: HttpArchive | None = None
        if not options.without_http:
            archive = stack.enter_context(http_archive(public, work, threads=threads))
            ours["ours, HTTP"] = archive
        found = stack.enter_context(peers(options.peer_python, work))
        server = stack.enter_context(_filled(catalog, table)) if options.postgresql else None
        subject = Subject(
            table,
            limit,
            ours,
            pool=pool,
            archive=archive,
            work=work,
            places=max(options.repetitions, 3),
            threads=threads,
            slow=not options.without_peers,
            peers=found,
            server=server,
            public=public,
            epochs=catalog.table("large", "epoch"),
            uploads=uploads,
        )
        return run(_chosen(subject, options.only), options.repetitions)


def measure_listing(work: Path, options: argparse.Namespace) -> list[Result]:
    """Run an archive of very many columns, and measure how it lists them."""
    public = work / "wide"
    tables, columns = (6, 200) if options.small else (TABLES, COLUMNS)
    make_wide(public, tables, columns)
    with http_archive(public, work / "listing", threads=options.threads) as archive:
        return run([catalogs.contest(archive)], options.repetitions)


def measure_jobs(work: Path, options: argparse.Namespace) -> list[Result]:
    """Run an archive whose one user has very many jobs, and measure how it lists them."""
    public = work / "nothing"
    public.mkdir()
    with (
        hub() as known,
        http_archive(public, work / "jobs", threads=options.threads, known=known) as archive,
    ):
        return run([jobs.contest(archive, known, small=options.small)], options.repetitions)


def _chosen(subject: Subject, only: str) -> list[Contest]:
    """Return the contests whose names begin with a word; others are not even prepared."""
    themes = [theme for word, theme in THEMES.items() if _is_chosen(word, only)]
    return [one for theme in themes for one in theme(subject) if one.name.startswith(only)]


def _is_chosen(word: str, only: str) -> bool:
    return word.startswith(only) or only.startswith(word)


@contextmanager
def _filled(catalog: Catalog, table: Table) -> Iterator[PostgreSQL]:
    """Run PostgreSQL with the table and its indexes, in the order of the sky."""
    if reason := obstacle():
        sys.exit(f"{reason}.")
    storage = table.storage
    assert isinstance(storage, HatsTable)
    files = [one.path for one in sorted(storage.partitions, key=lambda one: one.npix << 58 - 2 * one.norder)]
    columns = [column.name for column in table.columns][:EXPORT_COLUMNS]
    with postgresql() as server:
        server.fill("object", files, columns)
        server.execute(f"CREATE INDEX ON object (q3c_ang2ipix({storage.ra_column}, {storage.dec_column}))")
        server.execute(f"CREATE INDEX ON object ({next(iter(storage.indexes))})")
        beside = catalog.table("large", "epoch")
        if beside is not None and isinstance(beside.storage, HatsTable):
            files = [one.path for one in beside.storage.partitions]
            server.fill("epoch", files, [column.name for column in beside.columns])
            server.execute("CREATE INDEX ON epoch (object_id)")
        server.execute("VACUUM ANALYZE")
        yield server


def main() -> None:
    """Run the benchmark and print the table."""
    options = _parser().parse_args()
    with tempfile.TemporaryDirectory(prefix="astrohub-bench-") as work:
        public = options.public
        if options.rows:
            public = options.folder or Path(work) / "public"
            make_large(public, options.rows, _say)
            if _is_chosen("epochs", options.only):
                make_epochs(public, options.rows, _say)
        name = str(TABLE) if options.rows else options.table
        results = measure(public.resolve(), name, Path(work), options)
        if _is_chosen("tables", options.only) and not options.without_http:
            results += measure_listing(Path(work), options)
        if _is_chosen("jobs", options.only) and not options.without_http:
            results += measure_jobs(Path(work), options)
    if options.json:
        rows = options.rows or None
        print(
            json.dumps({"table": name, "rows": rows, "results": [asdict(one) for one in results]}, indent=2)
        )
    else:
        print(f"{name}, {os.cpu_count()} cores, {platform.machine()}, {options.threads} threads")
        print(as_table(results))
        for said in _missing(options):
            print(said)
    if not all(one.agrees for one in results):
        sys.exit("Not all contenders found the same rows.")


def _missing(options: argparse.Namespace) -> Iterator[str]:
    """Say which contenders did not take part."""
    if options.peer_python is None:
        yield "LSDB and pyacid did not take part: --peer-python names an interpreter that has them."
    if not options.postgresql:
        yield "PostgreSQL did not take part: --postgresql fills one."


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Benchmark the archive against the limit and peers.")
    parser.add_argument("--rows", type=int, metavar="N", help="make a simulated table with so many rows")
    parser.add_argument("--folder", type=Path, metavar="DIR", help="where to keep it, for another run")
    parser.add_argument("--public", type=Path, metavar="DIR", help="a folder of published catalogues")
    parser.add_argument(
        "--table", default="gaia_dr3_g10.gaia_source", metavar="S.T", help="which of its tables"
    )
    parser.add_argument("--repetitions", type=int, default=9, metavar="N")
    parser.add_argument(
        "--threads", type=int, default=2, metavar="N", help="of the engine, ours and the limit's"
    )
    parser.add_argument("--without-peers", action="store_true", help="leave out what takes long")
    parser.add_argument(
        "--only", default="", metavar="WORD", help="work that begins so, such as cone or export"
    )
    parser.add_argument(
        "--small", action="store_true", help="make little of what is made, to see that it works"
    )
    parser.add_argument("--without-http", action="store_true", help="leave out what goes over HTTP")
    parser.add_argument(
        "--peer-python", type=Path, metavar="FILE", help="an interpreter that has lsdb and pyacid"
    )
    parser.add_argument("--postgresql", action="store_true", help="put the table into PostgreSQL, too")
    parser.add_argument("--json", action="store_true")
    return parser


def _say(doing: str, done: int, total: int) -> None:
    if done == total or done % 1_000_000 == 0:
        print(f"{doing}: {done:,} of {total:,}", file=sys.stderr)


if __name__ == "__main__":
    main()
