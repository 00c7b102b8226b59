"""Every format against readers that are not ours, on values that are hard to write."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from astrohub_archive.errors import UsageError
from astrohub_archive.formats import FORMATS, Assignment, find_format
from astrohub_archive.formats.shape import shape_of
from astrohub_archive.models import Outcome, ResultColumn
from astropy.io import fits, votable
from astropy.io.votable.tree import TableElement

from .hard_rows import BIG, ROWS, written

VOTABLES = ("votable", "votable/td", "votable/b")


def parsed(content: bytes) -> TableElement:
    """Return the one table of a VOTable."""
    return votable.parse_single_table(io.BytesIO(content), verify="ignore")


@pytest.mark.parametrize("name", VOTABLES)
@pytest.mark.parametrize("cuts", [(0, 5), (0, 1, 2, 3, 4, 5), (0, 0, 5)])
def test_astropy_reads_what_was_written(name: str, cuts: tuple[int, ...]) -> None:
    rows = parsed(written(name, Outcome(5), cuts)).to_table()
    assert [None if x is np.ma.masked else int(x) for x in rows["source_id"]] == [BIG, BIG + 1, None, -BIG, 0]
    assert rows["ra"].tolist() == [0.1, 1 / 3, 359.99999999999994, None, 5e-324]
    assert rows["mag"].filled(np.nan)[[0, 3, 4]].tolist() == [1.5, float("inf"), np.float32(0.1)]
    assert rows["name"].tolist()[:4] == ["a", "", "", "M 31 — “Ω” <&>\"'"]
    assert rows["name"].tolist()[4].replace("\r", "") == "😀,\nx"
    assert rows["plain"].tolist() == ["x", "", "two words", "a<b&c", ""]
    assert rows["good"].tolist() == [True, False, None, True, False]
    assert rows["small"].tolist() == [1, -2, None, 4, 5]
    assert rows["octet"].tolist() == [0, 255, None, 1, 2]
    assert rows["time"][3] == "2026-09-21T14:13:20.123456"
    assert np.ma.filled(rows["point"][4], np.nan).tolist() == [0.0, 90.0]
    assert [list(np.ma.filled(x)) for x in rows["list"]][::3] == [[1, 2, 3], [4]]


def test_arrow_tells_of_columns_of_the_same_names_what_is_known_of_these() -> None:
    schema = pa.schema([("mag", pa.float32())])
    rows = pa.record_batch([pa.array([1.5], pa.float32())], schema=schema)
    told = {}
    for unit, words in (("mag", "G"), ("mag(AB)", "r" * 1_000), ("mag", "another G")):
        shape = shape_of(schema, (ResultColumn("mag", "float", unit=unit, description=words),))
        encoder = find_format("arrow").encoder(Assignment(shape.schema, shape.columns, 10))
        content = b"".join([encoder.head(), encoder.rows(rows), *encoder.tail(Outcome(1))])
        found = pa.ipc.open_stream(content).read_all()
        assert found["mag"].to_pylist() == [1.5]
        told[words] = found.schema.field("mag").metadata
    assert {words: known[b"unit"] for words, known in told.items()} == {
        "G": b"mag",
        "r" * 1_000: b"mag(AB)",
        "another G": b"mag",
    }
    assert all(known[b"description"] == words.encode() for words, known in told.items())


def test_fields_carry_what_is_known_of_the_columns() -> None:
    fields = {field.name: field for field in parsed(written("votable", Outcome(5))).fields}
    assert str(fields["ra"].unit) == "deg"
    assert fields["ra"].utype == "stc:ra"
    assert fields["source_id"].datatype == "long"
    assert fields["source_id"].description == 'An id < 2^63 & "exact"'
    assert (fields["plain"].datatype, fields["plain"].arraysize) == ("char", "12*")
    assert (fields["name"].datatype, fields["name"].arraysize) == ("unicodeChar", "*")
    assert (fields["time"].datatype, fields["time"].xtype) == ("char", "timestamp")
    assert (fields["point"].datatype, fields["point"].arraysize, fields["point"].xtype) == (
        "double",
        "2",
        "point",
    )


@pytest.mark.parametrize("name", VOTABLES)
@pytest.mark.parametrize(
    ("outcome", "statuses"),
    [
        (Outcome(5), ["OK"]),
        (Outcome(5, overflow=True), ["OK", "OVERFLOW"]),
        (Outcome(5, message="It <broke>\x00."), ["OK", "ERROR"]),
    ],
)
def test_the_status_stands_before_and_after_the_rows(
    name: str, outcome: Outcome, statuses: list[str]
) -> None:
    document = votable.parse(io.BytesIO(written(name, outcome)), verify="ignore")
    infos = [info for info in document.resources[0].infos if info.name == "QUERY_STATUS"]
    assert [info.value for info in infos] == statuses
    if outcome.message:
        assert infos[-1].content == "It <broke> ."


@pytest.mark.parametrize("name", VOTABLES)
def test_votlint_finds_nothing(name: str, tmp_path: Path) -> None:
    if not shutil.which("stilts"):
        pytest.skip("stilts is not installed")
    path = tmp_path / "answer.vot"
    path.write_bytes(written(name, Outcome(5, overflow=True)))
    report = subprocess.run(
        ["stilts", "votlint", f"votable={path}"], capture_output=True, text=True, check=False
    )
    assert report.stdout + report.stderr == ""


def test_stilts_reads_binary2_as_python_reads_csv(tmp_path: Path) -> None:
    if not shutil.which("stilts"):
        pytest.skip("stilts is not installed")
    path = tmp_path / "answer.vot"
    path.write_bytes(written("votable", Outcome(5)))
    command = ["stilts", "tpipe", f"in={path}", 'cmd=keepcols "source_id ra small"', "ofmt=csv"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    lines = list(csv.DictReader(io.StringIO(text)))
    assert [line["source_id"] for line in lines] == [str(BIG), str(BIG + 1), "", str(-BIG), "0"]
    assert [float(line["ra"]) for line in lines if line["ra"]] == [0.1, 1 / 3, 359.99999999999994, 5e-324]


def test_csv_reads_back_exactly() -> None:
    content = written("csv", Outcome(5)).decode()
    assert content.startswith("source_id,ra,mag,name,")
    assert content.count("\r\n") == 6 + 1
    lines = list(csv.DictReader(io.StringIO(content, newline="")))
    assert [line["source_id"] for line in lines] == [str(BIG), str(BIG + 1), "", str(-BIG), "0"]
    assert [float(line["ra"]) for line in lines if line["ra"]] == [0.1, 1 / 3, 359.99999999999994, 5e-324]
    assert [line["mag"] for line in lines] == ["1.5", "", "NaN", "+Inf", "0.1"]
    assert np.float32(lines[4]["mag"]) == np.float32(0.1)
    assert [line["name"] for line in lines] == ["a", "", "", "M 31 — “Ω” <&>\"'", "😀,\r\nx"]
    assert [line["good"] for line in lines] == ["true", "false", "", "true", "false"]
    assert lines[0]["point"] == "1.0 2.0"


def test_csv_tells_null_from_an_empty_text() -> None:
    of = shape_of(pa.schema([("t", pa.string())]), ())
    encoder = find_format("csv").encoder(Assignment(of.schema, of.columns, 10))
    assert encoder.rows(pa.record_batch({"t": ["", None, "x"]})) == b'""\r\n\r\nx\r\n'


@pytest.mark.parametrize("name", [one.name for one in FORMATS])
def test_batches_that_are_written_each_for_itself_may_be_in_any_order(name: str) -> None:
    batches = [pa.record_batch({"n": range(9 * k, 9 * k + 9), "t": ["é<"] * 9}) for k in range(4)]
    of = shape_of(batches[0].schema, ())
    one, other = (find_format(name).encoder(Assignment(of.schema, of.columns, 10)) for _ in range(2))
    if not one.is_by_batch:
        assert name in {"votable", "votable/b", "json", "parquet", "fits", "ecsv"}
        return
    in_order = [bytes(one.rows(batch)) for batch in batches]
    backwards = [bytes(other.rows(batch)) for batch in reversed(batches)]
    assert in_order == backwards[::-1]
    assert len(set(in_order)) == len(batches)


def test_arrow_carries_rows_and_metadata_and_ends_with_the_status() -> None:
    reader = pa.ipc.open_stream(written("arrow", Outcome(5, overflow=True)))
    assert reader.schema.metadata == {b"astrohub.maxrec": b"100"}
    field = reader.schema.field("ra")
    assert field.metadata == {
        b"unit": b"deg",
        b"ucd": b"pos.eq.ra",
        b"utype": b"stc:ra",
        b"datatype": b"double",
    }
    batches = []
    words = []
    while True:
        try:
            batch, metadata = reader.read_next_batch_with_custom_metadata()
        except StopIteration:
            break
        batches.append(batch)
        words.append(dict(metadata) if metadata else None)
    assert pa.Table.from_batches(batches).num_rows == 5
    assert batches[-1].num_rows == 0
    assert words[-1] == {b"astrohub.status": b"OVERFLOW", b"astrohub.rows": b"5", b"astrohub.message": b""}
    assert words[:-1] == [None] * (len(words) - 1)


def test_parquet_looks_texts_up_in_dictionaries_and_numbers_not() -> None:
    file = pq.ParquetFile(pa.BufferReader(written("parquet", Outcome(5))))
    columns = [file.metadata.row_group(0).column(number) for number in range(file.metadata.num_columns)]
    looked_up = {one.path_in_schema for one in columns if one.has_dictionary_page}
    assert looked_up == {field.name for field in file.schema_arrow if pa.types.is_string(field.type)}
    assert {one.compression for one in columns} == {"ZSTD"}


def test_parquet_keeps_types_and_metadata_and_says_that_it_was_cut() -> None:
    file = pq.ParquetFile(pa.BufferReader(written("parquet", Outcome(5, overflow=True))))
    rows = file.read()
    assert rows["source_id"].to_pylist() == [BIG, BIG + 1, None, -BIG, 0]
    assert rows["name"].to_pylist() == ROWS["name"].to_pylist()
    assert rows.schema.field("ra").metadata[b"unit"] == b"deg"
    assert file.metadata.metadata[b"astrohub.status"] == b"OVERFLOW"
    assert file.metadata.metadata[b"astrohub.rows"] == b"5"


@pytest.mark.parametrize("name", [known.name for known in FORMATS])
def test_an_answer_without_rows_is_complete(name: str) -> None:
    content = written(name, Outcome(0), (0, 0))
    if name.startswith("votable"):
        assert len(parsed(content).to_table()) == 0
    elif name == "arrow":
        assert pa.ipc.open_stream(content).read_all().num_rows == 0
    elif name == "parquet":
        assert pq.read_table(pa.BufferReader(content)).num_rows == 0
    elif name == "fits":
        assert len(fits.getdata(io.BytesIO(content), 1)) == 0
    elif name == "json":
        assert json.loads(content)["data"] == []
    else:
        assert [line for line in content.splitlines() if not line.startswith(b"#")][1:] == []


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("votable", "votable"),
        ("VOTable", "votable"),
        ("application/x-votable+xml", "votable"),
        ("application/x-votable+xml; serialization=BINARY2", "votable"),
        ("application/x-votable+xml;serialization=TABLEDATA", "votable/td"),
        ("votable/td", "votable/td"),
        ("text/xml", "votable"),
        ("csv", "csv"),
        ("text/csv", "csv"),
        ("text/csv; header=present", "csv"),
        ("arrow", "arrow"),
        ("application/vnd.apache.arrow.stream", "arrow"),
        ("application/x-votable+xml;serialization=binary", "votable/b"),
        ("FITS", "fits"),
        ("application/fits", "fits"),
        ("application/json", "json"),
        ("text/tab-separated-values", "tsv"),
        ("application/x-ecsv", "ecsv"),
    ],
)
def test_a_format_is_found_by_its_names(asked: str, name: str) -> None:
    assert find_format(asked).name == name


def test_an_unknown_format_is_refused_with_those_that_exist() -> None:
    with pytest.raises(UsageError, match="this service has votable, votable/td, votable/b, csv, tsv"):
        find_format("application/msword")
