"""Uploaded positions against the whole table, at one arcsecond; how many of the true pairs each finds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from astrohub_archive.models import Column, HatsTable, PlainTable, Schema, Table
from cdshealpix import nested
from measuring import Contest
from numpy.typing import NDArray
from subject import Ask, Subject, as_arrow

__all__ = ["contests", "uploaded", "write_uploads"]

_RADIUS = 1 / 3600
_MOVED = 0.7 / 3600
_ORDER = 14
_SIZES = {"crossmatch, 100 k": 100_000, "crossmatch, 1 M": 1_000_000}
_TABLES = {"crossmatch, 100 k": "some", "crossmatch, 1 M": "many"}
_PEERS = {"LSDB": "lsdb_crossmatch", "pyacid": "acid_crossmatch"}


def write_uploads(storage: HatsTable, identifier: str, folder: Path, rows: int) -> dict[str, Path]:
    """Write what is uploaded: rows of the table moved by 0.7 arcseconds, whose partners are thus known."""
    folder.mkdir(exist_ok=True)
    folder.chmod(0o755)
    written = {}
    for name, size in _SIZES.items():
        count = min(size, max(rows // 10, 1))
        path = folder / f"{_TABLES[name]}.parquet"
        pq.write_table(_moved(storage, identifier, count), path)
        written[name] = path
    return written


def uploaded(paths: dict[str, Path]) -> Schema:
    """Return the schema in which a query finds what was uploaded with it."""
    columns = (Column("n", "long"), Column("ra", "double", unit="deg"), Column("dec", "double", unit="deg"))
    tables = [
        Table(
            "TAP_UPLOAD",
            _TABLES[name],
            columns,
            PlainTable((path,), path.stat().st_size, path.parent),
            rows=pq.read_metadata(path).num_rows,
        )
        for name, path in paths.items()
    ]
    return Schema("TAP_UPLOAD", tuple(tables))


def _moved(storage: HatsTable, identifier: str, count: int) -> pa.Table:
    random = np.random.default_rng(5)
    rows = [
        _some(storage, identifier, number, -(-count // len(storage.partitions)), random)
        for number in range(len(storage.partitions))
    ]
    chosen = pa.concat_tables(rows)
    chosen = chosen.take(np.sort(random.permutation(len(chosen))[:count]))
    ra, dec = (chosen[name].to_numpy() for name in (storage.ra_column, storage.dec_column))
    angle = random.uniform(0, 2 * np.pi, len(chosen))
    moved_ra = (ra + _MOVED * np.sin(angle) / np.cos(np.radians(dec))) % 360
    moved_dec = np.clip(dec + _MOVED * np.cos(angle), -90, 90)
    return pa.table(
        {"n": np.arange(len(chosen)), "ra": moved_ra, "dec": moved_dec, "partner": chosen[identifier]}
    )


def _some(
    storage: HatsTable, identifier: str, number: int, count: int, random: np.random.Generator
) -> pa.Table:
    columns = [identifier, storage.ra_column, storage.dec_column]
    rows = pq.ParquetFile(storage.partitions[number].path).read(columns=columns)
    return rows.take(random.permutation(len(rows))[:count])


def contests(subject: Subject) -> list[Contest]:
    """Return one for each size of an upload."""
    return [_contest(subject, name, path) for name, path in subject.uploads.items()]


def _contest(subject: Subject, name: str, path: Path) -> Contest:
    upload = pq.read_table(path)
    limit = _by_hand(subject, path)

    def ours(ask: Ask) -> Callable[[int], object]:
        inside = f"CONTAINS(POINT(o.ra, o.dec), CIRCLE(u.ra, u.dec, {_RADIUS!r}))"
        query = (
            f"SELECT u.n, o.{subject.identifier} FROM TAP_UPLOAD.{_TABLES[name]} AS u"
            f" JOIN {subject.name} AS o ON 1 = {inside}"
        )
        return lambda _: as_arrow(ask(query, "arrow"))

    contest = subject.contest(name, limit, ours)
    # Whoever is asked over HTTP has not been sent the upload.
    contest.contenders.pop("ours, HTTP", None)
    if subject.slow:
        for peer in _PEERS.keys() & subject.peers.names:
            contest.contenders[peer] = _peer(subject, peer, path)
    judged = {who: _judged(contest, who, work, upload) for who, work in contest.contenders.items()}
    free = frozenset(_PEERS)
    return Contest(name, judged, free=free, notes=contest.notes, most=3)


def _judged(
    contest: Contest, who: str, work: Callable[[int], pa.Table], upload: pa.Table
) -> Callable[[int], object]:
    """Return the work with its finds counted, and the share of the true pairs noted."""

    def judged(number: int) -> object:
        pairs = work(number)
        rows, identifiers = (column.to_numpy() for column in pairs.columns)
        true = upload["partner"].to_numpy()
        found = np.unique(rows[true[rows] == identifiers])
        contest.notes[who] = f"{len(rows):,} pairs, recall {len(found) / len(true):.3%}"
        return len(rows), int(rows.sum()), int((identifiers & 0xFFFF).sum())

    return judged


def _by_hand(subject: Subject, path: Path) -> Callable[[int], pa.Table]:
    """Return a join of cells of order 14 in DuckDB, with the cells around each position computed before."""
    upload = pq.read_table(path)
    cells = _around(upload["ra"].to_numpy(), upload["dec"].to_numpy())
    spread = path.with_name(f"{path.stem}_cells.parquet")
    number = np.repeat(np.arange(len(upload)), cells.shape[1])
    pairs = pa.table({"n": number, "cell": cells.ravel()}).filter(pa.array(cells.ravel() >= 0))
    joined = pairs.append_column("ra", upload["ra"].take(pairs["n"]))
    pq.write_table(joined.append_column("dec", upload["dec"].take(pairs["n"])), spread)
    return lambda _: subject.limit.crossmatch(str(spread), 2 * (29 - _ORDER), _RADIUS)


def _around(ra: NDArray[np.float64], dec: NDArray[np.float64]) -> NDArray[np.int64]:
    import astropy.units as u
    from astropy.coordinates import Latitude, Longitude

    here = nested.lonlat_to_healpix(Longitude(ra, u.deg), Latitude(dec, u.deg), _ORDER)
    return np.asarray(nested.neighbours(here, _ORDER)).astype(np.int64)


def _peer(subject: Subject, peer: str, path: Path) -> Callable[[int], pa.Table]:
    def work(_: int) -> pa.Table:
        rows, identifiers = subject.peers.ask(
            _PEERS[peer], subject.collection, subject.identifier, str(path), _RADIUS
        )
        return pa.table({"n": rows, "found": identifiers})

    return work
