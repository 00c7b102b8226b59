"""Benchmark of the archive: cones, identifiers, a scan and exports, ours against the limit and peers.

python bench/archive.py --rows 5_000_000             makes large.object below --folder, and measures on it
python bench/archive.py --public DIR --table s.t     measures on a published table
"""

from __future__ import annotations

import argparse
import io
import json
import os
import platform
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
from astrohub_archive.catalog import load_catalog
from astrohub_archive.data.large import TABLE, make_large
from astrohub_archive.models import HatsTable, Table
from limit import Limit
from measuring import Contest, Result, as_table, run
from ours import EnginePool, HttpArchive, engine_pool, http_archive

_RADII = {'cone 1"': 1 / 3600, "cone 0.1 deg": 0.1, "cone 1 deg": 1.0}
_PEER_ROWS = 200_000
_EXPORT_COLUMNS = 9

Ask = Callable[[str, str], bytes]


class Benchmark:
    """The contests on one table.

    Parameters
    ----------
    table
        A table with positions and an index.
    limit
        The limit.
    ours
        By name, what answers an ADQL query in a format.
    places
        How many different places and identifiers are asked for.
    """

    def __init__(self, table: Table, limit: Limit, ours: dict[str, Ask], places: int) -> None:
        assert isinstance(table.storage, HatsTable)
        self._table = table
        self._storage = table.storage
        self._identifier = next(iter(table.storage.indexes))
        self._limit = limit
        self._ours = ours
        self._samples = _samples(table.storage, self._identifier, places)

    def contests(self, *, peers: bool) -> list[Contest]:
        """Return all of them."""
        cones = [self._cone(name, radius) for name, radius in _RADII.items()]
        exports = [self._export(fmt, peers=peers) for fmt in ("arrow", "votable", "parquet", "csv")]
        return [*cones, self._by_identifier(), self._scan(), *exports]

    def _cone(self, name: str, radius: float) -> Contest:
        prepared = [self._limit.cone_files(ra, dec, radius) for _, ra, dec, _ in self._samples]
        ra_column, dec_column = self._storage.ra_column, self._storage.dec_column

        def limit(number: int) -> list[int]:
            _, ra, dec, _ = self._samples[number % len(self._samples)]
            return self._limit.cone(prepared[number % len(self._samples)], ra, dec, radius)

        def ours(ask: Ask) -> Callable[[int], list[int]]:
            def work(number: int) -> list[int]:
                _, ra, dec, _ = self._samples[number % len(self._samples)]
                inside = f"CONTAINS(POINT({ra_column}, {dec_column}), CIRCLE({ra!r}, {dec!r}, {radius!r}))"
                rows = _arrow(ask(self._query(self._identifier, f"1 = {inside}"), "arrow"))
                return sorted(rows[self._identifier].to_pylist())

            return work

        return self._contest(name, limit, ours)

    def _by_identifier(self) -> Contest:
        columns = self._columns()
        files = [self._limit.file_of(cell) for *_, cell in self._samples]

        def limit(number: int) -> list[dict[str, object]]:
            value, _, _, cell = self._samples[number % len(self._samples)]
            return self._limit.by_identifier(columns, files[number % len(files)], value, cell)

        def ours(ask: Ask) -> Callable[[int], list[dict[str, object]]]:
            def work(number: int) -> list[dict[str, object]]:
                value = self._samples[number % len(self._samples)][0]
                return _rows(ask(self._query(columns, f"{self._identifier} = {value}"), "arrow"))

            return work

        return self._contest("identifier", limit, ours)

    def _scan(self) -> Contest:
        dec = self._storage.dec_column
        aggregate = f"count(*) AS n, min({self._storage.ra_column}) AS a, max({self._identifier}) AS b"

        def limit(number: int) -> list[dict[str, object]]:
            return self._limit.scan(aggregate, f"{dec} > {-number}")

        def ours(ask: Ask) -> Callable[[int], list[dict[str, object]]]:
            return lambda number: _arrow(
                ask(self._query(aggregate, f"{dec} > {-number}"), "arrow")
            ).to_pylist()

        return self._contest("scan, three columns", limit, ours)

    def _export(self, fmt: str, *, peers: bool) -> Contest:
        columns = self._columns()
        writers: dict[str, Callable[[], bytes | Path]] = {
            "arrow": lambda: self._limit.export_arrow(columns),
            "votable": lambda: self._limit.export_arrow(columns),
            "parquet": lambda: self._limit.export_parquet(columns),
            "csv": lambda: self._limit.export_csv(columns),
        }

        def limit(number: int) -> int:
            writers[fmt]()
            return int(self._table.rows or 0)

        def ours(ask: Ask) -> Callable[[int], int]:
            return lambda _: _rows_in(fmt, ask(f"SELECT {columns} FROM {self._name()}", fmt), self._table)

        contest = self._contest(f"export {fmt}", limit, ours)
        if fmt == "votable" and peers:
            few = min(_PEER_ROWS, self._table.rows or 0)
            contest.contenders["astropy writes"] = lambda _: _astropy(self._limit.reader(columns), few)
            contest.share["astropy writes"] = few / max(self._table.rows or 1, 1)
        return contest

    def _contest(
        self, name: str, limit: Callable[[int], Any], ours: Callable[[Ask], Callable[[int], Any]]
    ) -> Contest:
        return Contest(name, {"limit": limit, **{who: ours(ask) for who, ask in self._ours.items()}})

    def _name(self) -> str:
        return self._table.qualified_name

    def _query(self, columns: str, where: str) -> str:
        return f"SELECT {columns} FROM {self._name()} WHERE {where}"

    def _columns(self) -> str:
        names = [column.name for column in self._table.columns][:_EXPORT_COLUMNS]
        return ", ".join(names)


def _samples(storage: HatsTable, identifier: str, count: int) -> list[tuple[int, float, float, int]]:
    """Return identifier, position and cell of some rows, from partitions all over the sky."""
    random = np.random.default_rng(7)
    chosen = random.choice(len(storage.partitions), count, replace=len(storage.partitions) < count)
    found = []
    for number in chosen:
        columns = [identifier, storage.ra_column, storage.dec_column, "_healpix_29"]
        rows = pq.ParquetFile(storage.partitions[number].path).read(columns=columns)
        row = rows.slice(int(random.integers(len(rows))), 1).to_pylist()[0]
        found.append(tuple(row[column] for column in columns))
    return found


def _arrow(content: bytes) -> pa.Table:
    return pa.ipc.open_stream(content).read_all()


def _rows(content: bytes) -> list[dict[str, object]]:
    found: list[dict[str, object]] = _arrow(content).to_pylist()
    return found


def _rows_in(fmt: str, content: bytes, table: Table) -> int:
    """Return how many rows an answer has; of VOTable's packed rows, only that it ends well is looked at."""
    if fmt == "arrow":
        return sum(batch.num_rows for batch in pa.ipc.open_stream(content))
    if fmt == "parquet":
        return int(pq.read_metadata(io.BytesIO(content)).num_rows)
    if fmt == "csv":
        return content.count(b"\n") - 1
    whole = content.rstrip().endswith(b"</VOTABLE>") and b'value="ERROR"' not in content[-2000:]
    return int(table.rows or 0) if whole else -1


def _astropy(reader: pa.RecordBatchReader, rows: int) -> int:
    from astropy.table import Table as AstropyTable

    batches, taken = [], 0
    while taken < rows:
        batches.append(reader.read_next_batch().slice(0, rows - taken))
        taken += batches[-1].num_rows
    columns = pa.Table.from_batches(batches)
    table = AstropyTable({name: columns[name].to_numpy() for name in columns.column_names})
    table.write(io.BytesIO(), format="votable", tabledata_format="binary2")
    return taken


def measure(
    public: Path, name: str, work: Path, *, repetitions: int, threads: int, peers: bool, only: str
) -> list[Result]:
    """Run the benchmark on a published table."""
    catalog = load_catalog(public)
    schema, _, bare = name.partition(".")
    table = catalog.table(schema, bare)
    if table is None or not isinstance(table.storage, HatsTable) or not table.storage.indexes:
        sys.exit(f"There is no table {name} with positions and an index in {public}.")
    with ExitStack() as stack:
        pool: EnginePool = stack.enter_context(engine_pool(catalog, public, work / "engine", threads=threads))
        archive: HttpArchive = stack.enter_context(http_archive(public, work, threads=threads))
        identifier = next(iter(table.storage.indexes))
        limit = Limit(table.storage, identifier, threads=threads, folder=work)
        ours: dict[str, Ask] = {"ours, engine": pool.ask, "ours, HTTP": archive.ask}
        benchmark = Benchmark(table, limit, ours, places=max(repetitions, 3))
        contests = [one for one in benchmark.contests(peers=peers) if one.name.startswith(only)]
        return run(contests, repetitions)


def main() -> None:
    """Run the benchmark and print the table."""
    arguments = _parser().parse_args()
    with tempfile.TemporaryDirectory(prefix="astrohub-bench-") as work:
        public = arguments.public
        if arguments.rows:
            public = arguments.folder or Path(work) / "public"
            make_large(public, arguments.rows, _say)
        name = str(TABLE) if arguments.rows else arguments.table
        results = measure(
            public.resolve(),
            name,
            Path(work),
            repetitions=arguments.repetitions,
            threads=arguments.threads,
            peers=not arguments.without_peers,
            only=arguments.only,
        )
    if arguments.json:
        rows = arguments.rows or None
        print(
            json.dumps({"table": name, "rows": rows, "results": [asdict(one) for one in results]}, indent=2)
        )
    else:
        print(f"{name}, {os.cpu_count()} cores, {platform.machine()}, {arguments.threads} threads")
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
