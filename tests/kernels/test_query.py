"""A query gives a table: units, descriptions, exact identifiers, NULLs; and says when it was cut."""

from __future__ import annotations

import io
import subprocess
import sys
import warnings

import astrohub
import numpy as np
import pyarrow as pa
import pytest
from astropy import units as u

from .fake_archive import FakeArchive, Reply
from .recorded import STARS, arrow_stream

QUERY = "SELECT * FROM stars"


def test_the_query_is_asked_as_tap_wants_it(archive: FakeArchive) -> None:
    astrohub.query(QUERY, maxrec=5)
    assert archive.paths == ["/services/archive/tap/sync"]
    assert archive.asked == [
        {
            "REQUEST": "doQuery",
            "LANG": "ADQL",
            "QUERY": QUERY,
            "RESPONSEFORMAT": "application/vnd.apache.arrow.stream",
            "MAXREC": "5",
        }
    ]


def test_columns_carry_units_and_descriptions(archive: FakeArchive) -> None:
    stars = astrohub.query(QUERY)
    assert stars["ra"].unit == u.deg
    assert stars["source_id"].description == "Identifier"
    assert stars["source_id"].meta["ucd"] == "meta.id;meta.main"
    assert stars["variable"].unit is None


def test_identifiers_are_exact_to_the_last_digit(archive: FakeArchive) -> None:
    stars = astrohub.query(QUERY)
    assert stars["source_id"].dtype == np.int64
    assert list(stars["source_id"][:2]) == [4611686018427387905, 5853498713190525696]


def test_nulls_are_masked_and_numbers_that_are_none_are_not(archive: FakeArchive) -> None:
    stars = astrohub.query(QUERY)
    assert list(stars["source_id"].mask) == [False, False, True]
    assert list(stars["name"].mask) == [False, True, False]
    assert list(stars["variable"].mask) == [False, True, False]
    assert not hasattr(stars["ra"], "mask")
    assert np.isnan(stars["ra"][2])
    assert stars["name"][2] == "Próxima"


def test_the_table_knows_its_query(archive: FakeArchive) -> None:
    assert astrohub.query(QUERY).meta == {"query": QUERY, "is_cut": False}


def test_pandas_keeps_integers_exact_beside_nulls(archive: FakeArchive) -> None:
    stars = astrohub.query(QUERY, fmt="pandas")
    assert stars["source_id"].dtype == "Int64"
    assert stars["source_id"][0] == 4611686018427387905
    assert stars["source_id"].isna().tolist() == [False, False, True]
    assert stars.attrs["columns"]["ra"]["unit"] == "deg"


def test_arrow_is_what_the_archive_sent(archive: FakeArchive) -> None:
    result = astrohub.query(QUERY, fmt="arrow")
    assert result.schema.equals(STARS.schema, check_metadata=True)
    assert str(result.to_pylist()) == str(STARS.to_pylist())


def test_another_format_is_refused_before_anything_is_asked(archive: FakeArchive) -> None:
    with pytest.raises(ValueError, match="fmt is one of table, pandas, arrow, not 'fits'"):
        astrohub.query(QUERY, fmt="fits")  # type: ignore[call-overload]
    assert archive.asked == []


@pytest.mark.parametrize("fmt", ["table", "pandas", "arrow"])
def test_no_rows_give_a_table_with_columns(archive: FakeArchive, fmt: str) -> None:
    archive.reply = Reply(body=arrow_stream(STARS.slice(0, 0)))
    result = astrohub.query(QUERY, fmt=fmt)  # type: ignore[call-overload]
    assert len(result) == 0
    columns = {"table": "colnames", "pandas": "columns", "arrow": "column_names"}[fmt]
    assert list(getattr(result, columns)) == STARS.column_names


@pytest.mark.parametrize(
    ("values", "kind", "expected"),
    [
        ([[1.0, 2.0], [3.0, 4.0]], pa.list_(pa.float32(), 2), [[1.0, 2.0], [3.0, 4.0]]),
        ([[1, 2], [3]], pa.list_(pa.int64()), [[1, 2], [3]]),
        (["a", "b"], pa.dictionary(pa.int8(), pa.string()), ["a", "b"]),
        ([2**64 - 1, 0], pa.uint64(), [2**64 - 1, 0]),
        ([b"\x00\x01", b""], pa.binary(), [b"\x00\x01", b""]),
    ],
)
def test_other_types_arrive_whole(
    archive: FakeArchive, values: list[object], kind: pa.DataType, expected: list[object]
) -> None:
    archive.reply = Reply(body=arrow_stream(pa.table({"x": pa.array(values, kind)})))
    assert astrohub.query(QUERY)["x"].tolist() == expected


def test_a_missing_array_is_masked_as_a_whole(archive: FakeArchive) -> None:
    array = pa.array([[1.0, 2.0], None], pa.list_(pa.float64(), 2))
    archive.reply = Reply(body=arrow_stream(pa.table({"x": array})))
    assert astrohub.query(QUERY)["x"].mask.tolist() == [[False, False], [True, True]]


def test_a_column_of_nothing_is_masked(archive: FakeArchive) -> None:
    archive.reply = Reply(body=arrow_stream(pa.table({"x": pa.nulls(2)})))
    assert astrohub.query(QUERY)["x"].mask.all()


def test_a_unit_that_nobody_knows_is_kept_as_it_is(archive: FakeArchive) -> None:
    schema = pa.schema([pa.field("x", pa.int8(), metadata={"unit": "furlong"})])
    archive.reply = Reply(body=arrow_stream(pa.table({"x": [1]}, schema=schema)))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert str(astrohub.query(QUERY)["x"].unit) == "furlong"


def test_names_that_come_twice_are_numbered(archive: FakeArchive) -> None:
    twice = pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", "a"])
    archive.reply = Reply(body=arrow_stream(twice))
    assert astrohub.query(QUERY).colnames == ["a", "a_2"]
    assert list(astrohub.query(QUERY, fmt="pandas").columns) == ["a", "a_2"]


def test_a_cut_result_warns_where_it_was_asked_for(archive: FakeArchive) -> None:
    archive.reply = Reply(body=arrow_stream(status="OVERFLOW"))
    with pytest.warns(astrohub.ResultCut, match="cut after 3 rows") as warned:
        stars = astrohub.query(QUERY)
    assert warned[0].filename == __file__
    assert stars.meta["is_cut"]
    with pytest.warns(astrohub.ResultCut) as warned:
        astrohub.Client().query(QUERY)
    assert warned[0].filename == __file__


def test_a_whole_result_warns_of_nothing(archive: FakeArchive) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        astrohub.query(QUERY)


def test_rows_can_be_taken_as_they_come(archive: FakeArchive) -> None:
    copy = io.BytesIO()
    with astrohub.Client().open(QUERY, copy=copy) as answer:
        assert [batch.num_rows for batch in answer.batches()] == [2, 1]
    assert copy.getvalue() == archive.reply.body


def test_importing_it_loads_nothing_heavy() -> None:
    heavy = "numpy pandas pyarrow astropy requests"
    code = f"import astrohub, sys; print([m for m in '{heavy}'.split() if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
