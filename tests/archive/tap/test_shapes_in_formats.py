"""Shapes are columns of the answer in every format: arrays of numbers with DALI's xtypes."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from astropy.io import ascii as text_tables
from astropy.io import fits
from astropy.io.votable import parse_single_table

from ...support.running_archive import RunningArchive

QUERY = (
    "SELECT TOP 1 POINT(10, 20) AS spot, CIRCLE(10, 20, 0.5) AS disc, POLYGON(1, 2, 3, 4, 5, 7) AS outline,"
    " BOX(hip - hip, 0, 2, 2) AS field, POLYGON(hip, 0, hip + 1, 0, hip, 1) AS moving,"
    " POINT(NULL, 20) AS nowhere FROM hipparcos.hip2 WHERE hip = 1"
)
XTYPES = {
    **{"spot": "point", "disc": "circle", "outline": "polygon"},
    **{"field": "polygon", "moving": "polygon", "nowhere": "point"},
}
VALUES = {
    "spot": [10, 20],
    "disc": [10, 20, 0.5],
    "outline": [1, 2, 3, 4, 5, 7],
    "moving": [1, 0, 2, 0, 1, 1],
}
Read = Callable[[bytes], tuple[dict[str, str], dict[str, Any]]]


def _votable(content: bytes) -> tuple[dict[str, str], dict[str, Any]]:
    table = parse_single_table(io.BytesIO(content))
    return {f.name: f.xtype for f in table.fields}, {f.name: table.array[f.name][0] for f in table.fields}


def _fits(content: bytes) -> tuple[dict[str, str], dict[str, Any]]:
    with fits.open(io.BytesIO(content)) as file:
        header, row = file[1].header, file[1].data[0]
        names = file[1].columns.names
        return {n: header[f"TXTYP{i}"] for i, n in enumerate(names, 1)}, {n: row[n] for n in names}


def _json(content: bytes) -> tuple[dict[str, str], dict[str, Any]]:
    said = json.loads(content)
    names = [field["name"] for field in said["metadata"]]
    return {f["name"]: f["xtype"] for f in said["metadata"]}, dict(zip(names, said["data"][0], strict=True))


def _ecsv(content: bytes) -> tuple[dict[str, str], dict[str, Any]]:
    table = text_tables.read(content.decode(), format="ecsv")
    return {n: table[n].meta["xtype"] for n in table.colnames}, {n: table[n][0] for n in table.colnames}


def _of_arrow(table: pa.Table) -> tuple[dict[str, str], dict[str, Any]]:
    return {f.name: f.metadata[b"xtype"].decode() for f in table.schema}, table.to_pylist()[0]


def _csv(content: bytes) -> tuple[dict[str, str], dict[str, Any]]:
    separator = b"\t" if b"\t" in content else b","
    names, values = (line.decode().split(separator.decode()) for line in content.splitlines())
    numbers = {n: [float(word) for word in v.split()] for n, v in zip(names, values, strict=True)}
    return XTYPES, numbers


READERS: dict[str, Read] = {
    **dict.fromkeys(("votable", "votable/td", "votable/b"), _votable),
    **{"fits": _fits, "json": _json, "ecsv": _ecsv, "csv": _csv, "tsv": _csv},
    "arrow": lambda content: _of_arrow(pa.ipc.open_stream(io.BytesIO(content)).read_all()),
    "parquet": lambda content: _of_arrow(pq.read_table(io.BytesIO(content))),
}


@pytest.mark.parametrize("name", READERS)
def test_shapes_keep_their_numbers_and_their_xtype(archive: RunningArchive, name: str) -> None:
    answer = archive.query(QUERY, RESPONSEFORMAT=name)
    assert answer.status_code == 200, answer.text
    xtypes, row = READERS[name](answer.content)
    assert xtypes == XTYPES
    for column, numbers in VALUES.items():
        assert list(row[column]) == numbers
    assert list(row["field"]) == pytest.approx([359, -1, 1, -1, 1, 1, 359, 1], abs=2e-4)
    nowhere = row["nowhere"]
    assert nowhere is None or np.ma.masked_invalid(np.ma.asarray(nowhere)).mask.all()
