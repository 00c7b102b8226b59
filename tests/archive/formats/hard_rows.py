"""Rows that are hard to write: numbers beyond 2^53, NULL and NaN, texts of every kind, arrays."""

from __future__ import annotations

import itertools

import pyarrow as pa
from astrohub_archive.formats import Assignment, find_format
from astrohub_archive.formats.shape import Shape, shape_of
from astrohub_archive.models import Outcome, ResultColumn

BIG = 2**62 + 1

ROWS = pa.record_batch(
    {
        "source_id": pa.array([BIG, BIG + 1, None, -BIG, 0]),
        "ra": pa.array([0.1, 1 / 3, 359.99999999999994, None, 5e-324]),
        "mag": pa.array([1.5, None, float("nan"), float("inf"), 0.1], pa.float32()),
        "name": pa.array(["a", "", None, "M 31 — “Ω” <&>\"'", "😀,\r\nx"]),
        "plain": pa.array(["x", None, "two words", "a<b&c", ""]),
        "good": pa.array([True, False, None, True, False]),
        "small": pa.array([1, -2, None, 4, 5], pa.int16()),
        "octet": pa.array([0, 255, None, 1, 2], pa.uint8()),
        "time": pa.array([0, 1_500_000, None, 1_790_000_000_123_456, -1], pa.timestamp("us")),
        "point": pa.array(
            [[1.0, 2.0], [3.0, 4.0], None, [5.0, -6.0], [0.0, 90.0]], pa.list_(pa.float64(), 2)
        ),
        "list": pa.array([[1, 2, 3], [], None, [4], [5, 6]], pa.list_(pa.int32())),
    }
)
KNOWN = (
    ResultColumn("source_id", ucd="meta.id;meta.main", description='An id < 2^63 & "exact"'),
    ResultColumn("ra", unit="deg", ucd="pos.eq.ra", utype="stc:ra"),
    ResultColumn("mag", unit="mag"),
    ResultColumn("name"),
    ResultColumn("plain", datatype="char", arraysize="12"),
    ResultColumn("good"),
    ResultColumn("small"),
    ResultColumn("octet"),
    ResultColumn("time"),
    ResultColumn("point", xtype="point", unit="deg"),
    ResultColumn("list"),
)


def shape() -> Shape:
    """Return the shape of the rows above."""
    return shape_of(ROWS.schema, KNOWN)


def written(name: str, outcome: Outcome, cuts: tuple[int, ...] = (0, 1, 3, 5)) -> bytes:
    """Return the rows in a format, given to its encoder in several batches."""
    of = shape()
    encoder = find_format(name).encoder(Assignment(of.schema, of.columns, 100))
    parts = [encoder.rows(of.fit(ROWS.slice(a, b - a))) for a, b in itertools.pairwise(cuts)]
    return b"".join([encoder.head(), *parts, *encoder.tail(outcome)])
