"""Every format as a reader that is not ours reads it: values, what is known of the columns, how it ended."""

from __future__ import annotations

import csv
import io
import json
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from astropy.io import fits, votable
from astropy.table import Table

__all__ = ["READERS", "Read"]

TRUTH = {"true": True, "false": False, "": None, "T": True, "F": False}
INFINITE = {"Infinity": float("inf"), "NaN": float("nan")}


@dataclass(frozen=True)
class Read:
    """What a reader finds in a file.

    Attributes
    ----------
    values
        By column, with None for NULL; times as ISO texts.
    about
        By column, the unit, UCD and description, as far as the format has them.
    status
        How the answer ended, or None where the format has no place for it.
    """

    values: dict[str, list[Any]]
    about: dict[str, dict[str, str]]
    status: str | None


def plain(value: Any) -> Any:
    """Return a value as Python has it."""
    if value is np.ma.masked or value is None:
        return None
    if isinstance(value, (np.ndarray, list, tuple)):
        return [plain(one) for one in np.ma.asarray(value).tolist()]
    if isinstance(value, np.generic):
        return value.item()
    return value.isoformat(timespec="microseconds") if hasattr(value, "isoformat") else value


def words(pairs: Iterable[tuple[str, Any]]) -> dict[str, str]:
    return {key: str(value) for key, value in pairs if value}


def read_votable(content: bytes) -> Read:
    resource = votable.parse(io.BytesIO(content), verify="ignore").resources[0]
    table = resource.tables[0]
    rows = table.to_table()
    about = {
        field.name: words(
            [("unit", field.unit), ("ucd", field.ucd), ("description", field.description)],
        )
        for field in table.fields
    }
    status = [info.value for info in resource.infos if info.name == "QUERY_STATUS"][-1]
    return Read({name: [plain(one) for one in rows[name]] for name in rows.colnames}, about, str(status))


def read_fits(content: bytes) -> Read:
    with fits.open(io.BytesIO(content), logical_as_bytes=True) as units, warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Column 'good' contains NULL")
        header, truth = units[1].header, [TRUTH[one.decode()] for one in units[1].data["good"]]
        rows = Table.read(io.BytesIO(content), format="fits")
    values = {name: [plain(one) for one in rows[name]] for name in rows.colnames} | {"good": truth}
    cards = {"unit": "TUNIT", "ucd": "TUCD", "description": "TCOMM"}
    about = {
        name: words((word, header.get(f"{card}{number}")) for word, card in cards.items())
        for number, name in enumerate(rows.colnames, 1)
    }
    return Read(values, about, header["QSTATUS"])


def read_lines(content: bytes, delimiter: str) -> Read:
    """Read CSV or TSV; its reader has to know the types."""
    lines = csv.DictReader(io.StringIO(content.decode(), newline=""), delimiter=delimiter)
    columns: dict[str, list[Any]] = {}
    for line in lines:
        for name, text in line.items():
            columns.setdefault(name, []).append(TYPES.get(name, str)(text) if text else None)
    return Read(columns, {}, None)


def numbers(of: Callable[[str], Any]) -> Callable[[str], list[Any]]:
    return lambda text: [of(one) for one in text.split()]


TYPES: dict[str, Callable[[str], Any]] = {
    **dict.fromkeys(("source_id", "small", "octet"), int),
    **dict.fromkeys(("ra", "mag"), float),
    "good": TRUTH.__getitem__,
    "point": numbers(float),
    "list": numbers(int),
}


def read_json(content: bytes) -> Read:
    document = json.loads(content)
    names = [column["name"] for column in document["metadata"]]
    values = dict(zip(names, map(list, zip(*document["data"], strict=True)), strict=True))
    values["source_id"] = [None if one is None else int(one) for one in values["source_id"]]
    values["mag"] = [INFINITE.get(one, one) if isinstance(one, str) else one for one in values["mag"]]
    about = {
        column["name"]: words((word, column.get(word)) for word in ("unit", "ucd", "description"))
        for column in document["metadata"]
    }
    return Read(values, about, document["status"])


def of_fields(rows: pa.Table, status: str) -> Read:
    about = {
        field.name: words(
            (word, (field.metadata or {}).get(word.encode(), b"").decode())
            for word in ("unit", "ucd", "description")
        )
        for field in rows.schema
    }
    values = {name: [plain(one) for one in rows[name].to_pylist()] for name in rows.column_names}
    return Read(values, about, status)


def read_arrow(content: bytes) -> Read:
    reader, batches, said = pa.ipc.open_stream(content), [], b""
    while not said:
        batch, metadata = reader.read_next_batch_with_custom_metadata()
        batches.append(batch)
        said = (metadata or {}).get(b"astrohub.status", b"")
    return of_fields(pa.Table.from_batches(batches), said.decode())


def read_parquet(content: bytes) -> Read:
    file = pq.ParquetFile(pa.BufferReader(content))
    return of_fields(file.read(), file.metadata.metadata[b"astrohub.status"].decode())


def read_ecsv(content: bytes) -> Read:
    rows = Table.read(io.BytesIO(content), format="ascii.ecsv")
    about = {
        name: words(
            [
                ("unit", column.unit),
                ("ucd", column.info.meta.get("ucd") if column.info.meta else ""),
                ("description", column.info.description),
            ]
        )
        for name, column in rows.columns.items()
    }
    values = {name: [plain(one) for one in rows[name]] for name in rows.colnames}
    return Read(values, about, rows.meta["QUERY_STATUS"])


READERS: dict[str, Callable[[bytes], Read]] = {
    "votable": read_votable,
    "votable/td": read_votable,
    "votable/b": read_votable,
    "csv": lambda content: read_lines(content, ","),
    "tsv": lambda content: read_lines(content, "\t"),
    "ecsv": read_ecsv,
    "json": read_json,
    "arrow": read_arrow,
    "parquet": read_parquet,
    "fits": read_fits,
}
