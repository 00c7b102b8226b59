"""Tables of uploaded files: what they hold stays exact, and what is damaged is refused in a sentence."""

from __future__ import annotations

import gzip
import io

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from astropy.io import fits
from astropy.io.votable import from_table, writeto
from astropy.table import MaskedColumn, Table
from astropy.time import Time
from astropy.utils.masked import Masked

from .own_tables import OwnTables
from .test_tables import problem

IDS = [9007199254740993, 4295806720, -9223372036854775807]


def sample() -> Table:
    """A table with what is easily lost: large identifiers, missing values, units, letters with accents."""
    table = Table()
    table["id"] = MaskedColumn(np.array(IDS, dtype=np.int64), description="Identifier")
    table["flux"] = MaskedColumn([1.5, 2.5, 3.5], mask=[False, True, False], unit="mJy", dtype=np.float32)
    table["count"] = MaskedColumn([7, 8, 9], mask=[True, False, False], dtype=np.int16)
    table["name"] = ["Vega", "Véga", "α Lyr"]
    table["flux"].meta["ucd"] = "phot.flux;em.radio"
    table["flux"].description = "Flux at 1.4 GHz"
    return table


def as_votable(table: Table) -> bytes:
    document = from_table(table)
    for column in document.get_first_table().fields:
        if column.name == "flux":
            column.ucd = "phot.flux;em.radio"
    out = io.BytesIO()
    writeto(document, out, tabledata_format="binary2")
    return out.getvalue()


def as_fits(table: Table) -> bytes:
    unit = fits.table_to_hdu(table["id", "flux", "count"])
    unit.columns.add_col(fits.Column(name="name", format="20A", array=np.array(["Vega", "Deneb", "Sirius"])))
    unit.header["TUCD2"] = "phot.flux;em.radio"
    unit.header["TCOMM2"] = "Flux at 1.4 GHz"
    out = io.BytesIO()
    fits.HDUList([fits.PrimaryHDU(), unit]).writeto(out)
    return out.getvalue()


def as_ecsv(table: Table) -> bytes:
    out = io.StringIO()
    table.write(out, format="ascii.ecsv")
    return out.getvalue().encode()


def as_parquet(table: Table) -> bytes:
    words = {"unit": "mJy", "ucd": "phot.flux;em.radio", "description": "Flux at 1.4 GHz"}
    fields = [
        pa.field("id", pa.int64(), metadata={"description": "Identifier"}),
        pa.field("flux", pa.float32(), metadata=words),
        pa.field("count", pa.int16()),
        pa.field("name", pa.string()),
    ]
    columns = [IDS, [1.5, None, 3.5], [None, 8, 9], list(table["name"])]
    out = io.BytesIO()
    pq.write_table(pa.table(columns, schema=pa.schema(fields)), out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("form", "written"),
    [("votable", as_votable), ("fits", as_fits), ("ecsv", as_ecsv), ("parquet", as_parquet)],
)
def test_identifiers_units_and_missing_values_stay(mine: OwnTables, form: str, written: object) -> None:
    made = mine.upload("up", form, written(sample()), file=f"my stars.{form}")  # type: ignore[operator]
    assert made.status_code == 201, made.text
    table = made.json()
    assert table["rows"] == 3
    made_of = table["provenance"]
    assert (made_of["query"], made_of["file"], made_of["format"]) == (None, f"my stars.{form}", form)
    columns = {column["name"]: column for column in table["columns"]}
    assert columns["id"]["datatype"] == "long"
    assert columns["flux"]["datatype"] == "float"
    assert columns["flux"]["unit"] == "mJy"
    assert columns["count"]["datatype"] == "short"
    if form != "ecsv":
        assert columns["flux"]["ucd"] == "phot.flux;em.radio"
    assert columns["flux"]["description"] == "Flux at 1.4 GHz"
    rows = mine.rows('SELECT id, flux, "count" FROM mydb.up')
    assert rows == [[str(IDS[0]), "1.5", ""], [str(IDS[1]), "", "8"], [str(IDS[2]), "3.5", "9"]]
    if form != "fits":
        assert [row[0] for row in mine.rows("SELECT name FROM mydb.up")] == ["Vega", "Véga", "α Lyr"]


def test_a_csv_keeps_every_digit(mine: OwnTables) -> None:
    text = "id,huge,zip,x,flag,when\n" + "".join(
        f"{9007199254740993 + i},{2**64 + i},00{i % 10},{(i + 1) / 8},true,2020-01-02 03:04:05\n"
        for i in range(3000)
    )
    text += "1,,,,,\n"
    made = mine.upload("up", "csv", text.encode())
    assert made.status_code == 201, made.text
    kinds = {c["name"]: c["datatype"] for c in made.json()["columns"]}
    assert kinds["id"] == "long"
    assert kinds["x"] == "double"
    assert kinds["flag"] == "boolean"
    first = mine.rows("SELECT id, huge, zip, x FROM mydb.up WHERE id = 9007199254740993")
    assert first == [["9007199254740993", str(2**64), "000", "0.125"]]
    assert mine.rows("SELECT COUNT(*) FROM mydb.up WHERE huge IS NULL") == [["1"]]
    assert mine.rows("SELECT COUNT(*) FROM mydb.up WHERE \"when\" > '2020-01-01T00:00:00'") == [["3000"]]


def test_names_that_differ_in_case_only_are_told_apart(mine: OwnTables) -> None:
    columns = mine.upload("up", "csv", b"ra,RA,,dec\n1,2,3,4\n").json()["columns"]
    names = [column["name"].lower() for column in columns]
    assert len(set(names)) == 4
    assert mine.rows("SELECT * FROM mydb.up") == [["1", "2", "3", "4"]]


def test_times_and_arrays_are_kept(mine: OwnTables) -> None:
    table = Table(
        {
            "when": Time(["2020-01-02T03:04:05.678901", "2021-01-01T00:00:00"], precision=6),
            "xy": [[1.0, 2.0], [3.0, 4.0]],
        }
    )
    made = mine.upload("up", "ecsv", as_ecsv(table))
    assert made.status_code == 201, made.text
    assert mine.rows('SELECT "when" FROM mydb.up')[0][0].startswith("2020-01-02T03:04:05.678901")
    answer = mine.archive.query("SELECT xy FROM mydb.up", token=mine.token, RESPONSEFORMAT="arrow")
    assert pa.ipc.open_stream(answer.content).read_all()["xy"].to_pylist() == [[1.0, 2.0], [3.0, 4.0]]


def bomb() -> bytes:
    entities = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 12))
    return (
        f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "lol">{entities}]><VOTABLE>&l11;</VOTABLE>'.encode()
    )


def elsewhere(address: str) -> bytes:
    return (
        '<VOTABLE version="1.4"><RESOURCE><TABLE><FIELD name="a" datatype="int"/>'
        f'<DATA><BINARY><STREAM href="{address}"/></BINARY></DATA></TABLE></RESOURCE></VOTABLE>'
    ).encode()


@pytest.mark.parametrize(
    ("form", "content", "sentence"),
    [
        ("csv", b"", "no bytes"),
        ("csv", b"\xff\xfe\x00\x01" * 50, "cannot be read as CSV"),
        ("csv", b'a,b\n1,2\n"3,4\n5', "cannot be read as CSV"),
        ("csv", b"a,b\n1,2,3\n", "not every line has as many values"),
        ("parquet", b"PAR1 no more", "cannot be read as Parquet"),
        ("fits", b"SIMPLE  = no", "cannot be read as FITS"),
        ("fits", fits.PrimaryHDU(np.zeros((2, 2))).header.tostring().encode().ljust(5760, b"\0"), "no table"),
        ("votable", b"<html>", "cannot be read as a VOTable"),
        ("votable", bomb(), "cannot be read as a VOTable"),
        ("votable", elsewhere("file:///etc/passwd"), "refers to another place"),
        ("votable", elsewhere("http://127.0.0.1:9/x"), "refers to another place"),
        ("ecsv", b"a b\n1 2\n", "cannot be read as ECSV"),
        ("xlsx", b"PK", "format must be one of csv, votable, fits, parquet, ecsv"),
    ],
)
def test_what_is_damaged_or_hostile_is_refused_in_a_sentence(
    mine: OwnTables, form: str, content: bytes, sentence: str
) -> None:
    status, slug, said = problem(mine.upload("up", form, content))
    assert (status, slug) == (400, "usage"), said
    assert sentence in said
    assert ".partial" not in said
    assert "Traceback" not in said
    listed = mine.listed()
    assert (listed["tables"], listed["quota"]) == (
        [],
        {"usedBytes": 0, "limitBytes": 250 * 10**9, "warning": None},
    )


def test_numbers_beyond_64_bits_are_refused_and_named(mine: OwnTables) -> None:
    unit = fits.BinTableHDU.from_columns(
        [fits.Column("big", "K", bzero=2**63, array=np.array([2**64 - 1], np.uint64))]
    )
    out = io.BytesIO()
    fits.HDUList([fits.PrimaryHDU(), unit]).writeto(out)
    assert (
        "The column big holds numbers above 9223372036854775807"
        in problem(mine.upload("up", "fits", out.getvalue()))[2]
    )


def test_a_compressed_votable_is_read(mine: OwnTables) -> None:
    assert mine.upload("up", "votable", gzip.compress(as_votable(sample()))).status_code == 201


def test_a_table_of_columns_within_columns_is_refused_and_named(mine: OwnTables) -> None:
    out = io.BytesIO()
    pq.write_table(pa.table({"place": [{"ra": 1.0}]}), out)
    assert (
        "The column place holds columns of its own"
        in problem(mine.upload("up", "parquet", out.getvalue()))[2]
    )


def test_a_masked_float_is_missing_and_not_a_number(mine: OwnTables) -> None:
    table = Table({"x": Masked([1.0, 2.0], mask=[False, True])})
    mine.upload("up", "votable", as_votable(table))
    assert mine.rows("SELECT COUNT(*) FROM mydb.up WHERE x IS NULL") == [["1"]]
