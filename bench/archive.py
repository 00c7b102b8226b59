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
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

from astrohub_archive.catalog import load_catalog
from astrohub_archive.data.large import TABLE, make_large
from astrohub_archive.models import HatsTable
from limit import Limit
from measuring import Contest, Result, as_table, run
from ours import EnginePool, HttpArchive, engine_pool, http_archive
from subject import Ask, Subject
from themes import cones, exports, identifiers, scans

THEMES: tuple[Callable[[Subject], list[Contest]], ...] = (
    cones.contests,
    identifiers.contests,
    scans.contests,
    exports.contests,
)


def measure(public: Path, name: str, work: Path, options: argparse.Namespace) -> list[Result]:
    """Run the benchmark on a published table."""
    catalog = load_catalog(public)
    schema, _, bare = name.partition(".")
    table = catalog.table(schema, bare)
    if table is None or not isinstance(table.storage, HatsTable) or not table.storage.indexes:
        sys.exit(f"There is no table {name} with positions and an index in {public}.")
    threads: int = options.threads
    with ExitStack() as stack:
        pool: EnginePool = stack.enter_context(engine_pool(catalog, public, work / "engine", threads=threads))
        archive: HttpArchive = stack.enter_context(http_archive(public, work, threads=threads))
        identifier = next(iter(table.storage.indexes))
        limit = Limit(table.storage, identifier, threads=threads, folder=work)
        ours: dict[str, Ask] = {"ours, engine": pool.ask, "ours, HTTP": archive.ask}
        subject = Subject(
            table,
            limit,
            ours,
            work=work,
            places=max(options.repetitions, 3),
            threads=threads,
            peers=not options.without_peers,
        )
        contests = [one for theme in THEMES for one in theme(subject) if one.name.startswith(options.only)]
        return run(contests, options.repetitions)


def main() -> None:
    """Run the benchmark and print the table."""
    options = _parser().parse_args()
    with tempfile.TemporaryDirectory(prefix="astrohub-bench-") as work:
        public = options.public
        if options.rows:
            public = options.folder or Path(work) / "public"
            make_large(public, options.rows, _say)
        name = str(TABLE) if options.rows else options.table
        results = measure(public.resolve(), name, Path(work), options)
    if options.json:
        rows = options.rows or None
        print(
            json.dumps({"table": name, "rows": rows, "results": [asdict(one) for one in results]}, indent=2)
        )
    else:
        print(f"{name}, {os.cpu_count()} cores, {platform.machine()}, {options.threads} threads")
        print(as_table(results))
    if not all(one.agrees for one in results):
        sys.exit("Not all contenders found the same rows.")


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
    parser.add_argument("--json", action="store_true")
    return parser


def _say(doing: str, done: int, total: int) -> None:
    if done == total or done % 1_000_000 == 0:
        print(f"{doing}: {done:,} of {total:,}", file=sys.stderr)


if __name__ == "__main__":
    main()
