"""FITS as astropy and STILTS read it: what its tables can say, and what they cannot."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from astrohub_archive.errors import EngineError, QueryError
from astrohub_archive.formats import Assignment, Scratch, find_format
from astrohub_archive.formats.shape import shape_of
from astrohub_archive.models import Outcome, ResultColumn
from astropy.io import fits
from astropy.table import Table

from .hard_rows import BIG, written

NO_ROOM = "takes more than the 0 MB in which it may be put together; ask for Parquet"


def written_of(
    columns: dict[str, pa.Array], *, known: tuple[ResultColumn, ...] = (), scratch: Scratch | None = None
) -> bytes:
    """Return columns as a FITS file."""
    batch = pa.record_batch(columns)
    of = shape_of(batch.schema, known)
    encoder = find_format("fits").encoder(Assignment(of.schema, of.columns, 100, scratch or Scratch()))
    assert encoder.head() == b""
    assert encoder.rows(of.fit(batch)) == b""
    return b"".join(encoder.tail(Outcome(batch.num_rows)))


def read(content: bytes) -> fits.BinTableHDU:
    """Return the one table of a file that keeps to the standard."""
    units = fits.open(io.BytesIO(content), logical_as_bytes=True)
    units.verify("exception")
    assert len(units) == 2
    return units[1]


def plain(values: Any) -> list[Any]:
    """Return values as Python has them, masked ones as None."""
    found: list[Any] = np.ma.asarray(values).tolist()
    return found


@pytest.mark.parametrize("cuts", [(0, 5), (0, 1, 2, 3, 4, 5), (0, 0, 5)])
def test_astropy_reads_what_was_written(cuts: tuple[int, ...]) -> None:
    content = written("fits", Outcome(5), cuts)
    assert len(content) % 2880 == 0
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Column 'good' contains NULL")
        rows = Table.read(io.BytesIO(content))
    assert plain(rows["source_id"]) == [BIG, BIG + 1, None, -BIG, 0]
    assert plain(rows["ra"]) == [0.1, 1 / 3, 359.99999999999994, None, 5e-324]
    assert rows["mag"].filled(np.nan)[[0, 3, 4]].tolist() == [1.5, float("inf"), np.float32(0.1)]
    assert [rows["name"][n] for n in (0, 3, 4)] == ["a", "M 31 — “Ω” <&>\"'", "😀,\r\nx"]
    assert [rows["plain"][n] for n in (0, 2, 3)] == ["x", "two words", "a<b&c"]
    assert plain(rows["small"]) == [1, -2, None, 4, 5]
    assert plain(rows["octet"]) == [0, 255, None, 1, 2]
    assert rows["time"][3] == "2026-09-21T14:13:20.123456"
    assert np.ma.filled(rows["point"][4], np.nan).tolist() == [0.0, 90.0]
    assert [list(found) for found in rows["list"]] == [[1, 2, 3], [], [], [4], [5, 6]]


def test_truth_has_three_values() -> None:
    assert read(written("fits", Outcome(5))).data["good"].tolist() == [b"T", b"F", b"", b"T", b"F"]


def test_the_header_says_what_is_known_of_the_columns_and_how_the_answer_ended() -> None:
    long = "μ and δ of a star, " * 20 + "it's"
    known = (ResultColumn("ra", unit="deg", ucd="pos.eq.ra", utype="stc:ra", description=long),)
    header = read(written_of({"ra": pa.array([1.0])}, known=known)).header
    assert (header["TTYPE1"], header["TUNIT1"], header["TUCD1"]) == ("ra", "deg", "pos.eq.ra")
    assert header["TUTYP1"] == "stc:ra"
    assert header["TCOMM1"] == long.replace("μ", "?").replace("δ", "?")
    assert (header["QSTATUS"], header["MAXREC"]) == ("OK", 100)
    assert read(written("fits", Outcome(5, overflow=True))).header["QSTATUS"] == "OVERFLOW"


def test_an_answer_that_failed_is_no_file() -> None:
    assert written("fits", Outcome(5, message="It broke.")) == b""


def test_null_is_a_number_that_no_row_has() -> None:
    low, high = -(2**63), 2**63 - 1
    octets = pa.array([*range(256), None], pa.uint8())
    assert plain(Table.read(io.BytesIO(written_of({"n": octets})))["n"]) == [*range(256), None]
    for taken in (low, high):
        found = Table.read(io.BytesIO(written_of({"n": pa.array([taken, None])})))
        assert plain(found["n"]) == [taken, None]
    assert "TNULL1" not in read(written_of({"n": pa.array([low, high])})).header
    with pytest.raises(QueryError, match="FITS has no number left for NULL"):
        written_of({"n": pa.array([low, None, high])})


def test_null_within_arrays_is_kept() -> None:
    pairs = pa.array([[1, None], None, [3, 4]], pa.list_(pa.int32(), 2))
    found = Table.read(io.BytesIO(written_of({"pair": pairs})))
    assert plain(found["pair"]) == [[1, None], [None, None], [3, 4]]


def test_one_long_text_is_refused_where_every_row_would_need_its_room() -> None:
    texts = pa.array(["é" * 100_000, *(f"short {n}" for n in range(3_000)), None])
    with pytest.raises(QueryError, match=r"would have 572 MB, more than the 95 MB .* or ask for Parquet"):
        written_of({"text": texts}, scratch=Scratch(None, 100_000_000))


def test_wide_rows_are_written_in_pieces() -> None:
    batch = pa.record_batch({"text": ["é" * 1_000_000, "b"] * 10})
    of = shape_of(batch.schema, ())
    encoder = find_format("fits").encoder(Assignment(of.schema, of.columns, 100))
    encoder.rows(batch)
    pieces = list(encoder.tail(Outcome(20)))
    assert max(len(piece) for piece in pieces) <= 8 * 1024**2
    data = read(b"".join(pieces)).data
    assert [bytes(text).decode() for text in data["text"][-2:]] == ["é" * 1_000_000, "b"]


def test_bytes_of_any_length_are_kept() -> None:
    found = read(written_of({"b": pa.array([b"\x00\xff", None, b""], pa.binary())})).data["b"]
    assert [bytes(value) for value in found] == [b"\x00\xff", b"", b""]


def test_an_answer_is_put_together_in_no_more_room_than_it_may_take(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path, 100_000)
    with pytest.raises(EngineError, match=NO_ROOM):
        written_of({"n": pa.array(range(20_000))}, scratch=scratch)
    assert list(tmp_path.iterdir()) == []


def test_more_columns_than_a_table_can_have_are_refused() -> None:
    schema = pa.schema([(f"c{n}", pa.int32()) for n in range(1_000)])
    of = shape_of(schema, ())
    with pytest.raises(QueryError, match="1,000 columns; a FITS table has 999"):
        find_format("fits").encoder(Assignment(of.schema, of.columns, 100))


@pytest.mark.skipif(shutil.which("stilts") is None, reason="stilts is not installed (Debian package stilts)")
def test_stilts_reads_numbers_and_what_is_known_of_them(tmp_path: Path) -> None:
    path = tmp_path / "answer.fits"
    path.write_bytes(written("fits", Outcome(5)))
    rows = _stilts(f"in={path}", "cmd=keepcols 'source_id ra good plain list'", "ofmt=csv")
    lines = list(csv.DictReader(io.StringIO(rows)))
    assert [line["source_id"] for line in lines] == [str(BIG), str(BIG + 1), "", str(-BIG), "0"]
    assert [float(line["ra"]) for line in lines if line["ra"]] == [0.1, 1 / 3, 359.99999999999994, 5e-324]
    assert [line["good"] for line in lines] == ["true", "false", "", "true", "false"]
    assert [line["plain"] for line in lines] == ["x", "", "two words", "a<b&c", ""]
    assert [line["list"] for line in lines] == ["(1, 2, 3)", "", "", "(4)", "(5, 6)"]
    said = _stilts(f"in={path}", "cmd=meta name units ucd description", "ofmt=csv")
    assert list(csv.reader(io.StringIO(said)))[1:3] == [
        ["source_id", "", "meta.id;meta.main", 'An id < 2^63 & "exact"'],
        ["ra", "deg", "pos.eq.ra", ""],
    ]


def _stilts(*words: str) -> str:
    done = subprocess.run(["stilts", "tpipe", *words], capture_output=True, text=True, check=True)
    return done.stdout
