"""What an archive answers, piece by piece: Arrow streams, problems, VOTables."""

from __future__ import annotations

import io
import json
from typing import Any

import pyarrow as pa
import pyarrow.ipc

__all__ = ["ARROW", "PROBLEM", "STARS", "arrow_stream", "fits_file", "problem", "votable"]

ARROW = "application/vnd.apache.arrow.stream"
PROBLEM = "application/problem+json"

STARS = pa.table(
    {
        "source_id": pa.array([4611686018427387905, 5853498713190525696, None], pa.int64()),
        "ra": pa.array([10.684708, 217.39232147, float("nan")], pa.float64()),
        "phot_g_mean_mag": pa.array([4.125, None, 8.95], pa.float32()),
        "name": pa.array(["Mirach", None, "Próxima"], pa.string()),
        "variable": pa.array([True, None, False], pa.bool_()),
    },
    schema=pa.schema(
        [
            pa.field(
                "source_id",
                pa.int64(),
                metadata={"ucd": "meta.id;meta.main", "description": "Identifier", "datatype": "long"},
            ),
            pa.field("ra", pa.float64(), metadata={"unit": "deg", "ucd": "pos.eq.ra;meta.main"}),
            pa.field("phot_g_mean_mag", pa.float32(), metadata={"unit": "mag"}),
            pa.field("name", pa.string(), metadata={"datatype": "char", "arraysize": "*"}),
            pa.field("variable", pa.bool_()),
        ],
        metadata={"astrohub.maxrec": "100000000"},
    ),
)


def arrow_stream(
    table: pa.Table = STARS,
    status: str | None = "OK",
    *,
    message: str = "",
    rows: int | None = None,
    batch_rows: int = 2,
) -> bytes:
    """Write a table as the archive does; without a status the stream lacks its last batch."""
    out = io.BytesIO()
    with pa.ipc.new_stream(out, table.schema) as stream:
        for batch in table.to_batches(max_chunksize=batch_rows):
            stream.write_batch(batch)
        if status:
            said = {
                "astrohub.status": status,
                "astrohub.rows": str(table.num_rows if rows is None else rows),
                "astrohub.message": message,
            }
            empty = pa.RecordBatch.from_arrays(
                [pa.array([], f.type) for f in table.schema], schema=table.schema
            )
            stream.write_batch(empty, custom_metadata=said)
    return out.getvalue()


def problem(status: int, detail: str, **more: Any) -> bytes:
    """Write a problem as the archive does (RFC 9457)."""
    content = {"type": "about:blank", "title": "Refused", "status": status, "detail": detail, **more}
    return json.dumps(content).encode()


def fits_file(status: str = "OK") -> bytes:
    """Write the beginning of a FITS file, in whole blocks, with a word on how it ended."""
    cards = ("SIMPLE  =                    T", "END", f"QSTATUS = '{status:<8}'", "END")
    first, second = ("".join(f"{card:<80}" for card in cards[n : n + 2]) for n in (0, 2))
    return f"{first:<2880}{second:<2880}".encode()


def votable(status: str = "OK") -> bytes:
    """Write a VOTable with a word on how it ended."""
    end = '<INFO name="QUERY_STATUS" value="OVERFLOW"/>' if status == "OVERFLOW" else ""
    return f'<?xml version="1.0"?><VOTABLE><RESOURCE type="results">{end}</RESOURCE></VOTABLE>\n'.encode()
