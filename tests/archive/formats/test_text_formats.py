"""JSON, ECSV, TSV and BINARY: exact numbers, NULL, and what a cut answer says."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from astrohub_archive.errors import QueryError
from astrohub_archive.formats import Assignment, find_format
from astrohub_archive.formats.shape import shape_of
from astrohub_archive.models import Outcome, ResultColumn
from astropy.io import votable
from astropy.table import Table

from .hard_rows import BIG, written

OVERFLOW = Outcome(5, overflow=True)


def written_of(name: str, batch: pa.RecordBatch, known: tuple[ResultColumn, ...] = ()) -> bytes:
    """Return rows in a format."""
    of = shape_of(batch.schema, known)
    encoder = find_format(name).encoder(Assignment(of.schema, of.columns, 100))
    parts = [encoder.head(), encoder.rows(of.fit(batch)), *encoder.tail(Outcome(batch.num_rows))]
    return b"".join(parts)


@pytest.mark.parametrize("cuts", [(0, 5), (0, 0, 1, 3, 5)])
def test_json_is_exact_for_readers_to_whom_every_number_is_a_double(cuts: tuple[int, ...]) -> None:
    document = json.loads(written("json", OVERFLOW, cuts), parse_int=float)
    names = [column["name"] for column in document["metadata"]]
    columns = dict(zip(names, zip(*document["data"], strict=True), strict=True))
    assert columns["source_id"] == (str(BIG), str(BIG + 1), None, str(-BIG), "0")
    assert columns["ra"] == (0.1, 1 / 3, 359.99999999999994, None, 5e-324)
    assert columns["mag"] == (1.5, None, "NaN", "Infinity", 0.1)
    assert columns["name"] == ("a", "", None, "M 31 — “Ω” <&>\"'", "😀,\r\nx")
    assert columns["good"] == (True, False, None, True, False)
    assert columns["octet"] == (0, 255, None, 1, 2)
    assert columns["time"][3] == "2026-09-21T14:13:20.123456"
    assert columns["point"] == ([1, 2], [3, 4], None, [5, -6], [0, 90])
    assert columns["list"] == ([1, 2, 3], [], None, [4], [5, 6])
    assert (document["status"], document["rows"], document["maxrec"]) == ("OVERFLOW", 5, 100)


def test_json_says_what_is_known_of_the_columns_and_why_it_ended() -> None:
    document = json.loads(written("json", Outcome(5, message='It "broke".')))
    assert document["metadata"][0] == {
        "name": "source_id",
        "ucd": "meta.id;meta.main",
        "description": 'An id < 2^63 & "exact"',
        "datatype": "long",
    }
    assert document["metadata"][1]["unit"] == "deg"
    assert (document["status"], document["message"]) == ("ERROR", 'It "broke".')


def test_json_keeps_long_numbers_in_lists_and_characters_that_must_be_escaped() -> None:
    lists = pa.array([[BIG, None]], pa.list_(pa.int64()))
    floats = pa.array([[float("nan"), float("-inf")]], pa.list_(pa.float64()))
    batch = pa.record_batch({"l": lists, "f": floats, "t": pa.array(['\x00"\\\x1f\x7f'])})
    row = json.loads(written_of("json", batch))["data"][0]
    assert row == [[str(BIG), None], ["NaN", "-Infinity"], '\x00"\\\x1f\x7f']


@pytest.mark.parametrize("engine", ["io.ascii", "pyarrow"])
def test_astropy_reads_ecsv_with_what_is_known_and_how_it_ended(engine: str) -> None:
    rows = Table.read(io.BytesIO(written("ecsv", OVERFLOW)), format="ecsv", engine=engine)
    assert rows["source_id"].tolist() == [BIG, BIG + 1, None, -BIG, 0]
    assert rows["ra"].tolist() == [0.1, 1 / 3, 359.99999999999994, None, 5e-324]
    assert rows["mag"].tolist()[3:] == [float("inf"), pytest.approx(0.1)]
    assert np.isnan(rows["mag"][2])
    assert rows["name"].tolist()[:4] == ["a", None, None, "M 31 — “Ω” <&>\"'"]
    assert rows["good"].tolist() == [True, False, None, True, False]
    assert rows["octet"].tolist() == [0, 255, None, 1, 2]
    assert [None if x is None else list(x) for x in rows["list"].tolist()] == [
        [1, 2, 3],
        [],
        None,
        [4],
        [5, 6],
    ]
    assert str(rows["ra"].unit) == "deg"
    assert rows["source_id"].description == 'An id < 2^63 & "exact"'
    assert rows["source_id"].info.meta == {"ucd": "meta.id;meta.main"}
    assert dict(rows.meta) == {"QUERY_STATUS": "OVERFLOW", "MAXREC": 100}


def test_ecsv_is_not_misled_by_marks_of_its_own() -> None:
    known = (ResultColumn('a "b": #', description="{é: [😀]}\n# ---"),)
    content = written_of("ecsv", pa.record_batch({"a": pa.array(["# no comment", '"', ","])}), known)
    rows = Table.read(io.BytesIO(content), format="ascii.ecsv")
    assert rows.colnames == ['a "b": #']
    assert rows.columns[0].description == "{é: [😀]}\n# ---"
    assert rows.columns[0].tolist() == ["# no comment", '"', ","]


def test_tsv_reads_back_exactly() -> None:
    content = written("tsv", Outcome(5)).decode()
    lines = list(csv.DictReader(io.StringIO(content, newline=""), delimiter="\t"))
    assert [line["source_id"] for line in lines] == [str(BIG), str(BIG + 1), "", str(-BIG), "0"]
    assert [line["name"] for line in lines] == ["a", "", "", "M 31 — “Ω” <&>\"'", "😀,\r\nx"]
    assert written_of("tsv", pa.record_batch({"t": ["a\tb", "", None]})) == b't\n"a\tb"\n""\n\n'


def test_binary_has_a_number_for_null_and_refuses_rows_that_hold_it() -> None:
    table = votable.parse_single_table(io.BytesIO(written("votable/b", Outcome(5))))
    nulls = {field.name: field.values.null for field in table.fields}
    assert (nulls["source_id"], nulls["small"], nulls["octet"]) == (-(2**63), -(2**15), -(2**15))
    assert nulls["ra"] is None
    pairs = pa.array([[1, None], None], pa.list_(pa.int32(), 2))
    found = votable.parse_single_table(io.BytesIO(written_of("votable/b", pa.record_batch({"pair": pairs}))))
    assert found.to_table()["pair"].tolist() == [[1, None], [None, None]]
    with pytest.raises(QueryError, match=r"-32768, the number that stands for NULL .* ask for BINARY2"):
        written_of("votable/b", pa.record_batch({"n": pa.array([1, -(2**15)], pa.int16())}))


@pytest.mark.filterwarnings("ignore:No table..len")
def test_astropy_reads_parquet_with_the_votable_in_it() -> None:
    known = (
        ResultColumn("id", ucd="meta.id", description="An id"),
        ResultColumn("ra", unit="deg"),
        ResultColumn("name"),
        ResultColumn("plain", datatype="char"),
    )
    batch = pa.record_batch(
        {"id": [BIG, -BIG], "ra": [0.1, 1 / 3], "name": ["Ω", "bc"], "plain": ["x", "yz"]}
    )
    content = written_of("parquet", batch, known)
    rows = Table.read(io.BytesIO(content), format="parquet.votable")
    assert rows["id"].tolist() == [BIG, -BIG]
    assert rows["ra"].tolist() == [0.1, 1 / 3]
    assert rows["name"].tolist() == ["Ω", "bc"]
    assert rows["plain"].tolist() == ["x", "yz"]
    assert (rows["id"].description, rows["id"].meta["ucd"], str(rows["ra"].unit)) == (
        "An id",
        "meta.id",
        "deg",
    )


def test_the_votable_in_parquet_says_that_the_answer_was_cut() -> None:
    metadata = pq.ParquetFile(pa.BufferReader(written("parquet", OVERFLOW))).metadata.metadata
    assert metadata[b"IVOA.VOTable-Parquet.version"] == b"1.0"
    document = votable.parse(io.BytesIO(metadata[b"IVOA.VOTable-Parquet.content"]))
    assert [(info.name, info.value) for info in document.resources[0].infos] == [("QUERY_STATUS", "OVERFLOW")]
    fields = {field.name: field.datatype for field in document.get_first_table().fields}
    assert (fields["source_id"], fields["octet"]) == ("long", "unsignedByte")
