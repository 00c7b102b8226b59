"""Tables that come with a query (TAP 1.1, §2.7.6): from every client, in every format, for one query."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import pyvo
import requests
from astropy.table import Table

from ...support.fake_hub import FakeHub
from ...support.running_archive import RunningArchive, running_archive
from .uws_client import JobClient

BIG = 2**60
ALL = "SELECT * FROM TAP_UPLOAD.mine ORDER BY n"


def mine() -> Table:
    """Return a small table."""
    table = Table({"n": np.arange(4, dtype="i8") + BIG, "ra": [0.5, 1.5, 2.5, 3.5], "name": list("abcd")})
    table["ra"].unit = "deg"
    return table


def file_of(form: str) -> bytes:
    """Return the table as a file."""
    out = io.BytesIO()
    if form == "parquet":
        pq.write_table(pa.table({name: mine()[name].tolist() for name in mine().colnames}), out)
    elif form in ("ascii.csv", "ascii.ecsv"):
        text = io.StringIO()
        mine().write(text, format=form)
        return text.getvalue().encode()
    elif form == "fits":
        mine().write(out, format="fits")
    else:
        mine().write(out, format="votable", tabledata_format=form)
    return out.getvalue()


def ask(
    archive: RunningArchive,
    query: str,
    files: dict[str, bytes],
    *,
    upload: str | None = None,
    token: str | None = None,
) -> requests.Response:
    """Ask a query with files in parts of their names."""
    said = ";".join(f"{name},param:{name}" for name in files) if upload is None else upload
    form = {"LANG": "ADQL", "QUERY": query, "RESPONSEFORMAT": "csv", "UPLOAD": said}
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    parts = {name: (name, content) for name, content in files.items()} or {"x": (None, "y")}
    return requests.post(f"{archive.tap}/sync", data=form, files=parts, headers=headers, timeout=120)


@pytest.mark.parametrize("way", ["search", "run_async"])
def test_pyvo_sends_a_table_with_a_query(archive: RunningArchive, way: str) -> None:
    service = pyvo.dal.TAPService(archive.tap)
    query = (
        "SELECT m.n, m.ra, COUNT(g.source_id) AS stars FROM tap_upload.mine AS m "
        "JOIN gaia_dr3_g10.gaia_source AS g ON 1 = CONTAINS(POINT(g.ra, g.dec), CIRCLE(m.ra, 10, 0.5)) "
        "GROUP BY m.n, m.ra ORDER BY m.n"
    )
    found = getattr(service, way)(query, uploads={"mine": mine()}).to_table()
    assert found["n"].tolist() == [BIG, BIG + 1, BIG + 2, BIG + 3]
    assert min(found["stars"]) > 0
    assert str(found["ra"].unit) == "deg"


def test_tables_come_in_every_format_and_several_at_once(archive: RunningArchive) -> None:
    forms = {
        "rows": "tabledata",
        "binary": "binary",
        "binary2": "binary2",
        "fits": "fits",
        "parquet": "parquet",
        "ecsv": "ascii.ecsv",
        "csv": "ascii.csv",
    }
    query = " UNION ALL ".join(
        f"SELECT '{name}' AS t, SUM(n - {BIG}), MIN(ra) FROM TAP_UPLOAD.{name}" for name in forms
    )
    response = ask(archive, query, {name: file_of(form) for name, form in forms.items()})
    assert response.status_code == 200, response.text
    found = sorted(list(csv.reader(io.StringIO(response.text)))[1:])
    assert found == sorted([name, "6", "0.5"] for name in forms)


@pytest.mark.parametrize(
    ("query", "upload", "content", "sentence"),
    [
        (ALL, "2mine,param:mine", b"n\n1", "cannot be called '2mine'"),
        (ALL, "a b,param:mine", b"n\n1", "cannot be called 'a b'"),
        (ALL, "mine", b"n\n1", "UPLOAD must be a table's name, a comma"),
        (ALL, "mine,param:other", b"n\n1", "no file came in a part of that name"),
        (ALL, "mine,param:mine;Mine,param:mine", b"n\n1", "UPLOAD gives two tables the name Mine"),
        (ALL, "mine,file:///etc/passwd", b"n\n1", "cannot be read from 'file:///etc/passwd'"),
        (ALL, None, b"", "The uploaded table mine was not read. Its file holds no bytes."),
        (
            ALL,
            None,
            b"<VOTABLE>",
            "The uploaded table mine was not read. The file cannot be read as a VOTable",
        ),
        (
            "SELECT * FROM Tap_Upload.yours",
            None,
            b"n\n1",
            "There is no table Tap_Upload.yours: with this query came TAP_UPLOAD.mine",
        ),
    ],
)
def test_what_cannot_be_read_is_said_in_a_sentence(
    archive: RunningArchive, query: str, upload: str | None, content: bytes, sentence: str
) -> None:
    response = ask(archive, query, {"mine": content}, upload=upload)
    assert response.status_code == 400
    assert sentence in response.text.replace("&apos;", "'")


def test_a_table_is_fetched_for_users_only_and_never_from_within(archive: RunningArchive, token: str) -> None:
    upload = f"mine,{archive.tap}/sync"
    assert ask(archive, ALL, {}, upload=upload).status_code == 401
    for form in ({"files": {"x": (None, "y")}}, {}):
        response = requests.post(
            f"{archive.tap}/sync",
            data={"LANG": "ADQL", "QUERY": ALL, "UPLOAD": upload},
            headers={"Authorization": f"Bearer {token}"},
            timeout=60,
            **form,
        )
        assert response.status_code == 400
        assert "is no public address on port 80 or 443" in response.text


def test_a_table_is_there_for_its_own_query_only(archive: RunningArchive, token: str) -> None:
    assert ask(archive, ALL, {"mine": b"n\n1\n"}, token=token).text == "n\r\n1\r\n"
    response = archive.query(ALL, token=token)
    assert response.status_code == 400
    assert "with this query came no table" in response.text
    assert "tap_upload" not in archive.query("SELECT schema_name FROM tap_schema.schemas").text.lower()


def test_own_tables_and_uploaded_ones_can_be_joined(archive: RunningArchive, token: str) -> None:
    query = "SELECT m.n FROM TAP_UPLOAD.mine AS m WHERE m.n NOT IN (SELECT h.hip FROM hipparcos.hip2 AS h)"
    assert ask(archive, query, {"mine": b"n\n1\n-5\n"}, token=token).text == "n\r\n-5\r\n"


@pytest.mark.parametrize(
    ("kind", "body", "sentence"),
    [
        ("multipart/form-data", b"", "its Content-Type names no boundary"),
        (
            "multipart/form-data; boundary=x",
            b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\nb",
            "no end",
        ),
        ("multipart/form-data; boundary=x", b"--x\r\nA: b\r\n\r\nc\r\n--x--\r\n", "a part of it has no name"),
        ("multipart/form-data; boundary=x", b"nothing of the kind", "is damaged"),
    ],
)
def test_a_damaged_form_is_refused(archive: RunningArchive, kind: str, body: bytes, sentence: str) -> None:
    response = requests.post(f"{archive.tap}/sync", data=body, headers={"Content-Type": kind}, timeout=30)
    assert response.status_code == 400
    assert sentence in response.text


@pytest.mark.skipif(shutil.which("stilts") is None, reason="stilts is not installed (Debian package stilts)")
def test_stilts_sends_a_table_with_a_query(archive: RunningArchive, tmp_path: Path) -> None:
    (tmp_path / "mine.fits").write_bytes(file_of("fits"))
    command = ["stilts", "tapquery", f"tapurl={archive.tap}", f"upload1={tmp_path / 'mine.fits'}"]
    options = ["nupload=1", "upname1=mine", f"adql={ALL}", "sync=true", "ofmt=csv"]
    done = subprocess.run([*command, *options], capture_output=True, text=True, timeout=120)
    lines = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [line["n"] for line in lines] == [str(BIG + k) for k in range(4)], done.stderr


@pytest.fixture(scope="module")
def small(
    tmp_path_factory: pytest.TempPathFactory, sample_data: Path, hub: FakeHub
) -> Iterator[RunningArchive]:
    """An archive to which little may be sent."""
    limits = {"uploadBytes": 200_000, "uploadAnonymousBytes": 2_000, "requestBytes": 20_000}
    with running_archive(
        tmp_path_factory.mktemp("small"), sample_data, hub.api_url, limits=limits
    ) as archive:
        yield archive


def _jobs(archive: RunningArchive) -> list[Path]:
    return list((Path(archive.settings["workDir"]) / "jobs").glob("*"))


def test_too_much_is_refused_in_a_sentence_and_nothing_stays(small: RunningArchive, token: str) -> None:
    longer = b"n\n" + b"1\n" * 1_500
    refused = ask(small, ALL, {"mine": longer})
    assert refused.status_code == 413
    assert "The uploaded tables are together longer than the 2,000 bytes allowed" in refused.text
    assert ask(small, ALL, {"mine": longer}, token=token).status_code == 200
    refused = ask(small, ALL, {"mine": longer * 2_000}, token=token)
    assert (refused.status_code, "200,000 bytes" in refused.text) == (413, True)
    refused = ask(small, ALL + " " * 20_000, {"mine": longer}, token=token)
    assert (refused.status_code, "The texts of the request are longer" in refused.text) == (413, True)
    assert small.wait_for(lambda: _jobs(small) == [])


def test_a_job_keeps_its_tables_until_it_has_ended(small: RunningArchive, token: str) -> None:
    client = JobClient(small, token)
    form = {"LANG": "ADQL", "QUERY": ALL, "RESPONSEFORMAT": "csv", "UPLOAD": "mine,param:mine"}
    made = client.request("POST", data=form, files={"mine": ("mine", b"n\n7\n")})
    job = made.headers["Location"].rsplit("/", 1)[1]
    # Another file may take its place as long as the job has not begun.
    again = client.request("POST", f"/{job}/parameters", data={}, files={"mine": ("mine", b"n\n8\n")})
    assert again.status_code == 303
    assert client.request("POST", f"/{job}/phase", data={"PHASE": "RUN"}).status_code == 303
    assert client.ended(job).phase == "COMPLETED"
    assert client.request("GET", f"/{job}/results/result").text == "n\r\n8\r\n"
    folder = Path(small.settings["workDir"]) / "jobs" / job
    assert small.wait_for(lambda: [path.name for path in folder.rglob("*")] == ["1", "result.csv"])
    client.request("DELETE", f"/{job}")
    assert small.wait_for(lambda: _jobs(small) == [])


def test_a_job_whose_table_cannot_be_read_says_so(small: RunningArchive, token: str) -> None:
    client = JobClient(small, token)
    form = {"LANG": "ADQL", "QUERY": ALL, "UPLOAD": "mine,param:mine", "PHASE": "RUN"}
    made = client.request("POST", data=form, files={"mine": ("mine", b"SIMPLE  = no")})
    seen = client.ended(made.headers["Location"].rsplit("/", 1)[1])
    assert seen.phase == "ERROR"
    assert "The uploaded table mine was not read. The file cannot be read as FITS" in (seen.error or "")
