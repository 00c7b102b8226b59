"""Tables of your own, from a notebook and from a terminal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import astrohub
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from astrohub import mydb
from astrohub.cli import main
from astrohub.table_files import table_file
from astropy.table import MaskedColumn, Table
from astropy.time import Time

from .fake_archive import FakeArchive, Reply

JSON = "application/json"
BRIGHT: dict[str, Any] = {
    "name": "bright",
    "rows": 1234,
    "bytes": 2_500_000,
    "created": "2026-11-21T15:00:00.000Z",
    "description": "",
    "provenance": {"query": "SELECT *\nFROM stars", "file": None, "format": None},
    "columns": [{"name": "id", "datatype": "long"}],
}
LIST = {"tables": [BRIGHT], "quota": {"usedBytes": 2_500_000, "limitBytes": 10_000_000_000}}


def says(archive: FakeArchive, content: object, status: int = 200) -> None:
    archive.reply = Reply(status, JSON, json.dumps(content).encode())


def test_the_list_tells_tables_and_room(archive: FakeArchive) -> None:
    says(archive, LIST)
    tables = mydb.list()
    assert [(table.name, table.rows, table.query) for table in tables] == [
        ("bright", 1234, "SELECT *\nFROM stars")
    ]
    assert (tables.used_bytes, tables.limit_bytes) == (2_500_000, 10_000_000_000)
    assert repr(tables) == "<mydb.bright: 1,234 rows, 1 columns, 2.5 MB>\n2.5 of 10,000 MB used"
    assert archive.paths == ["/services/archive/mydb/tables"]


def test_a_table_is_made_of_a_query(archive: FakeArchive) -> None:
    says(archive, BRIGHT, 201)
    assert mydb.create("bright", "SELECT * FROM stars", replace=True).rows == 1234
    assert archive.bodies[-1] == (b'{"name": "bright", "query": "SELECT * FROM stars", "replace": true}')
    assert archive.methods == ["POST"]


def test_a_file_is_sent_as_it_is(archive: FakeArchive, tmp_path: Path) -> None:
    says(archive, BRIGHT, 201)
    file = tmp_path / "étoiles 1.csv"
    file.write_bytes(b"a\n1\n")
    mydb.upload("bright", file)
    assert archive.methods == ["PUT"]
    assert archive.bodies[-1] == b"a\n1\n"
    assert archive.paths[-1] == (
        "/services/archive/mydb/tables/bright?format=csv&replace=false&file=%C3%A9toiles+1.csv"
    )


def table() -> Table:
    stars = Table()
    stars["id"] = MaskedColumn([9007199254740993, 2], mask=[False, True], description="Identifier")
    stars["flux"] = MaskedColumn(np.array([1.5, 2.5], ">f4"), unit="mJy", meta={"ucd": "phot.flux"})
    stars["name"] = ["Vega", "Véga"]
    stars["xy"] = [[1.0, 2.0], [3.0, 4.0]]
    stars["when"] = Time(["2020-01-02T03:04:05", "2021-01-01T00:00:00"])
    return stars


def test_a_table_in_memory_keeps_identifiers_units_and_missing_values() -> None:
    with table_file(table()) as file:
        sent = pq.read_table(file.content)
    assert (file.format, file.name) == ("parquet", None)
    assert sent["id"].to_pylist() == [9007199254740993, None]
    assert sent["name"].to_pylist() == ["Vega", "Véga"]
    assert sent["xy"].to_pylist() == [[1.0, 2.0], [3.0, 4.0]]
    assert sent["when"].type == pa.timestamp("us")
    assert sent.schema.field("flux").metadata == {b"unit": b"mJy", b"ucd": b"phot.flux"}
    assert sent.schema.field("id").metadata == {b"description": b"Identifier"}


def test_frames_and_arrow_tables_are_sent_too() -> None:
    for source in (pd.DataFrame({"id": [2**53 + 1]}), pa.table({"id": [2**53 + 1]})):
        with table_file(source) as file:
            assert pq.read_table(file.content).to_pydict() == {"id": [2**53 + 1]}


@pytest.mark.parametrize(
    ("source", "words"), [("stars.xlsx", "does not tell its format"), ("a.csv.gz", "unpack")]
)
def test_a_file_of_a_kind_not_known_is_not_sent(source: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        mydb.upload("bright", source)
    with pytest.raises(ValueError, match="A dict cannot be sent"):
        mydb.upload("bright", {"a": 1})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.fits", "fits"),
        ("a.FITS.gz", "fits"),
        ("a.vot", "votable"),
        ("a.b.parquet", "parquet"),
        ("a.ecsv", "ecsv"),
    ],
)
def test_the_name_of_a_file_tells_its_format(tmp_path: Path, name: str, kind: str) -> None:
    (tmp_path / name).write_bytes(b"x")
    with table_file(tmp_path / name) as file:
        assert (file.format, file.name) == (kind, name)


@pytest.mark.parametrize("status", [404, 409, 413])
def test_what_cannot_be_done_is_said_in_the_archives_words(archive: FakeArchive, status: int) -> None:
    archive.refuse(status, "There is a table mydb.bright already; choose another name, or replace it.")
    with pytest.raises(astrohub.RequestRefused, match="choose another name") as refused:
        mydb.create("bright", "SELECT 1")
    assert not isinstance(refused.value, astrohub.QueryError)


def test_a_misspelt_column_is_marked_in_the_query(archive: FakeArchive) -> None:
    place = {"line": 1, "column": 8, "endColumn": 10}
    archive.refuse(400, "There is no column rb.", position=place, suggestion="ra")
    with pytest.raises(astrohub.QueryError, match="Did you mean ra"):
        mydb.create("bright", "SELECT rb FROM stars")


def test_dropping_and_restoring(archive: FakeArchive) -> None:
    archive.reply = Reply(204, JSON, b"")
    mydb.drop("bright")
    says(archive, BRIGHT)
    assert mydb.restore("bright").name == "bright"
    assert archive.methods == ["DELETE", "POST"]
    assert archive.paths[-1] == "/services/archive/mydb/tables/bright/restore"


def test_the_command_lists(archive: FakeArchive, capsys: pytest.CaptureFixture[str]) -> None:
    says(archive, LIST)
    assert main(["mydb", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split() == ["bright", "1,234", "2.5", BRIGHT["created"], "SELECT", "*", "FROM", "stars"]
    assert main(["mydb", "list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["tables"][0]["columns"] == BRIGHT["columns"]


def test_the_command_makes_uploads_and_drops(
    archive: FakeArchive, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    says(archive, BRIGHT, 201)
    (tmp_path / "a.csv").write_text("a\n1\n")
    assert main(["mydb", "create", "bright", "SELECT * FROM stars", "--replace"]) == 0
    assert main(["mydb", "upload", "bright", str(tmp_path / "a.csv")]) == 0
    assert capsys.readouterr().err.splitlines() == ["mydb.bright: 1,234 rows, 2.5 MB"] * 2
    archive.reply = Reply(204, JSON, b"")
    assert main(["mydb", "drop", "bright"]) == 0
    assert "restore bright" in capsys.readouterr().err


def test_the_command_says_what_is_wrong_in_a_sentence(
    archive: FakeArchive, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["mydb", "upload", "x", str(tmp_path / "none.csv")]) == 1
    assert main(["mydb", "upload", "x", str(tmp_path / "none.odd")]) == 2
    assert main(["mydb", "create", "x", " "]) == 2
    archive.refuse(401, "This is for users of the hub; send a token.")
    assert main(["mydb", "list"]) == 3
    said = capsys.readouterr().err.splitlines()
    assert said[0].endswith("none.csv cannot be read: No such file or directory.")
    assert "Say which by --format." in said[1]
    assert said[2] == "There is no query."
    assert "ASTROHUB_TOKEN" in said[3]


def test_tables_are_renamed_copied_indexed_and_appended_to(archive: FakeArchive, tmp_path: Path) -> None:
    says(archive, {**BRIGHT, "position": ["ra", "dec"], "indexes": ["id"]})
    mydb.rename("bright", "brighter")
    mydb.copy("bright", "kept")
    made = mydb.index("bright")
    mydb.index("bright", "id", unique=True)
    mydb.index("bright", position=("x", "y"))
    mydb.append("bright", "WITH s AS (SELECT 1 AS id FROM t) SELECT id FROM s")
    file = tmp_path / "more.csv"
    file.write_bytes(b"id\n1\n")
    mydb.append("bright", file, types={"id": "char"})
    mydb.restore("bright", new="back")
    start = "/services/archive/mydb/tables/bright"
    assert list(zip(archive.methods, archive.paths, strict=True)) == [
        ("POST", f"{start}/rename"),
        ("POST", f"{start}/copy"),
        ("POST", f"{start}/index"),
        ("POST", f"{start}/index"),
        ("POST", f"{start}/index"),
        ("POST", f"{start}/rows"),
        ("PUT", f"{start}/rows?format=csv&file=more.csv&type=id%3Achar"),
        ("POST", f"{start}/restore?as=back"),
    ]
    assert [json.loads(body) for body in archive.bodies[:6]] == [
        {"name": "brighter"},
        {"name": "kept"},
        {},
        {"column": "id", "unique": True},
        {"ra": "x", "dec": "y"},
        {"query": "WITH s AS (SELECT 1 AS id FROM t) SELECT id FROM s"},
    ]
    assert (made.position, made.indexes, made.provenance["query"]) == (("ra", "dec"), ("id",), made.query)


def test_what_was_dropped_and_little_room_are_listed(
    archive: FakeArchive, capsys: pytest.CaptureFixture[str]
) -> None:
    dropped = {
        "id": "7",
        "name": "old",
        "rows": 3,
        "bytes": 5,
        "dropped": "2026-11-21",
        "until": "2026-11-22",
    }
    quota = {**LIST["quota"], "warning": "Your tables take much."}
    says(archive, {"tables": [BRIGHT], "dropped": [dropped], "quota": quota})
    listing = mydb.list()
    assert [(one.name, one.until) for one in listing.dropped] == [("old", "2026-11-22")]
    assert repr(listing).endswith("Your tables take much.")
    assert main(["mydb", "list"]) == 0
    assert "Your tables take much." in capsys.readouterr().err


def test_the_terminal_says_types_and_names(archive: FakeArchive, tmp_path: Path) -> None:
    says(archive, BRIGHT)
    file = tmp_path / "a.csv"
    file.write_bytes(b"id\n1\n")
    assert main(["mydb", "upload", "bright", str(file), "--type", "id:char", "--type", "a:b:long"]) == 0
    assert archive.paths[-1].endswith("type=id%3Achar&type=a%3Ab%3Along")
    assert main(["mydb", "append", "bright", "SELECT id FROM stars"]) == 0
    assert main(["mydb", "rename", "bright", "brighter"]) == 0
    assert main(["mydb", "copy", "bright", "kept"]) == 0
    assert main(["mydb", "index", "bright", "id", "--unique"]) == 0
    assert json.loads(archive.bodies[-1]) == {"column": "id", "unique": True}
