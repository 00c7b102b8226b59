"""pyvo's user-table functions against a running archive, as they speak to CADC's youcat."""

from __future__ import annotations

import io
import socket
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
import pyvo
import requests
from astropy.io import fits
from astropy.io.votable import from_table, writeto
from astropy.table import Table
from pyvo.utils.prototype import activate_features

from ...support.fake_hub import FakeHub
from ...support.running_archive import RunningArchive, running_archive

activate_features("cadc-tb-upload")

DEFINITION = b"""<?xml version="1.0" encoding="UTF-8"?>
<vosi:table xmlns:vosi="http://www.ivoa.net/xml/VOSITables/v1.0"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:vod="http://www.ivoa.net/xml/VODataService/v1.1">
  <name>mydb.targets</name>
  <column><name>id</name><description>Identifier</description><ucd>meta.id</ucd>
    <dataType xsi:type="vod:VOTableType">long</dataType></column>
  <column><name>ra</name><unit>deg</unit><ucd>pos.eq.ra;meta.main</ucd>
    <dataType xsi:type="vod:VOTableType">double</dataType></column>
  <column><name>dec</name><unit>deg</unit><ucd>pos.eq.dec;meta.main</ucd>
    <dataType xsi:type="vod:VOTableType">double</dataType></column>
  <column><name>label</name><dataType xsi:type="vod:VOTableType" arraysize="30*">char</dataType></column>
</vosi:table>"""
TSV = b"id\tra\tdec\tlabel\n9007199254740993\t10.5\t-5\t007\n2\t11\t-6\t\n"
CSV = b"LABEL,id,dec,ra\nVega,3,38.78,279.23\n"


def _service(archive: RunningArchive, token: str | None) -> pyvo.dal.TAPService:
    session = requests.Session()
    if token is not None:
        session.headers["Authorization"] = f"Bearer {token}"
    return pyvo.dal.TAPService(archive.tap, session=session)


@pytest.fixture
def mine(archive: RunningArchive, token: str) -> Iterator[pyvo.dal.TAPService]:
    """TAP as `researcher`, whose tables are dropped in the end."""
    service = _service(archive, token)
    yield service
    for name in [name for name in _names(service) if name.startswith("mydb.")]:
        service.remove_table(name)


def _names(service: pyvo.dal.TAPService) -> list[str]:
    return [row["table_name"] for row in service.search("SELECT table_name FROM tap_schema.tables")]


def _refusal(error: pytest.ExceptionInfo[requests.HTTPError]) -> tuple[int, str]:
    answer = error.value.response
    root = ElementTree.fromstring(answer.content)
    info = next(one for one in root.iter() if one.get("name") == "QUERY_STATUS")
    assert info.text is not None
    return answer.status_code, info.text


def test_a_table_is_defined_filled_twice_indexed_asked_and_removed(
    mine: pyvo.dal.TAPService, archive: RunningArchive, other_token: str
) -> None:
    mine.create_table("mydb.targets", io.BytesIO(DEFINITION))
    assert len(mine.search("SELECT * FROM mydb.targets")) == 0
    mine.load_table("mydb.targets", io.BytesIO(TSV), format="tsv")
    mine.load_table("mydb.targets", io.BytesIO(CSV), format="csv")
    mine.create_index("mydb.targets", "id", unique=True)
    rows = mine.search("SELECT * FROM mydb.targets ORDER BY ra").to_table()
    assert [int(one) for one in rows["id"]] == [9007199254740993, 2, 3]
    assert list(rows["label"]) == ["007", "", "Vega"]
    assert str(rows["ra"].unit) == "deg"
    indexed = mine.search(
        "SELECT column_name FROM tap_schema.columns WHERE table_name = 'mydb.targets' AND indexed = 1"
    )
    assert [row["column_name"] for row in indexed] == ["id"]
    assert "mydb.targets" not in _names(_service(archive, other_token))
    mine.remove_table("mydb.targets")
    assert "mydb.targets" not in _names(mine)


def test_an_index_of_a_coordinate_is_one_of_the_position(mine: pyvo.dal.TAPService) -> None:
    mine.create_table("targets", io.BytesIO(DEFINITION))
    mine.load_table("targets", io.BytesIO(TSV))
    mine.create_index("targets", "ra")
    mine.load_table("targets", io.BytesIO(CSV), format="csv")
    indexed = mine.search(
        "SELECT column_name FROM tap_schema.columns WHERE table_name = 'mydb.targets' AND indexed = 1"
    )
    assert {row["column_name"] for row in indexed} == {"ra", "dec"}
    near = "SELECT id FROM mydb.targets WHERE 1 = CONTAINS(POINT(ra, dec), CIRCLE(279.2, 38.8, 0.1))"
    assert [int(row["id"]) for row in mine.search(near)] == [3]


def test_a_votable_defines_a_table_and_fits_fills_it(mine: pyvo.dal.TAPService, tmp_path: Path) -> None:
    table = Table({"id": [1, 2], "flux": [0.5, 1.5]})
    definition = tmp_path / "definition.xml"
    writeto(from_table(table), str(definition))
    with definition.open("rb") as file:
        mine.create_table("mydb.fluxes", file, format="VOTable")
    assert len(mine.search("SELECT * FROM mydb.fluxes")) == 0
    out = io.BytesIO()
    fits.HDUList([fits.PrimaryHDU(), fits.table_to_hdu(table)]).writeto(out)
    mine.load_table("mydb.fluxes", io.BytesIO(out.getvalue()), format="FITSTable")
    assert [float(row["flux"]) for row in mine.search("SELECT flux FROM mydb.fluxes ORDER BY id")] == [
        0.5,
        1.5,
    ]


def test_what_cannot_be_done_is_refused_in_a_sentence_and_changes_nothing(mine: pyvo.dal.TAPService) -> None:
    mine.create_table("mydb.targets", io.BytesIO(DEFINITION))
    with pytest.raises(requests.HTTPError) as again:
        mine.create_table("mydb.targets", io.BytesIO(DEFINITION))
    assert _refusal(again)[0] == 409
    with pytest.raises(requests.HTTPError) as strange:
        mine.load_table("mydb.targets", io.BytesIO(b"id,colour\n1,red\n"), format="csv")
    assert _refusal(strange) == (
        400,
        "There is a column colour which mydb.targets does not have; its columns are id, ra, dec, label.",
    )
    with pytest.raises(requests.HTTPError) as unfit:
        mine.load_table("mydb.targets", io.BytesIO(b"id\nabc\n"), format="csv")
    assert "The column id cannot be long" in _refusal(unfit)[1]
    with pytest.raises(requests.HTTPError) as missing:
        mine.load_table("mydb.no_such", io.BytesIO(CSV), format="csv")
    assert _refusal(missing) == (404, "You have no table mydb.no_such.")
    with pytest.raises(requests.HTTPError) as bomb:
        mine.create_table("mydb.bomb", io.BytesIO(b'<!DOCTYPE x [<!ENTITY a "b">]><table>&a;</table>'))
    assert "declares a type" in _refusal(bomb)[1]
    assert len(mine.search("SELECT * FROM mydb.targets")) == 0
    mine.load_table("mydb.targets", io.BytesIO(b"id\n1\n1\n"), format="csv")
    with pytest.raises(pyvo.dal.DALQueryError, match="id cannot have a unique index"):
        mine.create_index("mydb.targets", "id", unique=True)


@pytest.mark.parametrize("name", ["gaia_dr3_g10.gaia_source", "tap_schema.tables", "no_such.table"])
def test_no_other_schema_can_be_written_to_whether_it_is_there_or_not(
    mine: pyvo.dal.TAPService, name: str
) -> None:
    for attempt in (
        lambda: mine.create_table(name, io.BytesIO(DEFINITION)),
        lambda: mine.load_table(name, io.BytesIO(CSV), format="csv"),
        lambda: mine.remove_table(name),
    ):
        with pytest.raises(requests.HTTPError) as refused:
            attempt()
        assert _refusal(refused) == (
            403,
            "Only tables of your own can be changed; their names begin with mydb.",
        )


def test_who_is_nobody_is_asked_for_a_token(archive: RunningArchive) -> None:
    nobody = _service(archive, None)
    for attempt in (
        lambda: nobody.create_table("mydb.x", io.BytesIO(DEFINITION)),
        lambda: nobody.load_table("mydb.x", io.BytesIO(CSV), format="csv"),
        lambda: nobody.remove_table("mydb.x"),
    ):
        with pytest.raises(requests.HTTPError) as refused:
            attempt()
        assert refused.value.response.status_code == 401
    with pytest.raises(RuntimeError, match="401"):
        nobody.create_index("mydb.x", "id")


def test_nobody_sees_or_stops_the_job_of_another(
    mine: pyvo.dal.TAPService, archive: RunningArchive, token: str, other_token: str
) -> None:
    mine.create_table("mydb.targets", io.BytesIO(DEFINITION))
    made = requests.post(
        f"{archive.tap}/table-update",
        data={"table": "mydb.targets", "index": "id"},
        headers={"Authorization": f"Bearer {token}"},
        allow_redirects=False,
        timeout=30,
    )
    job = made.headers["Location"]
    theirs = {"Authorization": f"Bearer {other_token}"}
    there = requests.get(job, headers=theirs, timeout=30)
    not_there = requests.get(job[:-32] + 32 * "0", headers=theirs, timeout=30)
    assert (there.status_code, there.content) == (not_there.status_code, not_there.content)
    assert there.status_code == 404
    assert requests.delete(job, headers=theirs, timeout=30).status_code == 404
    assert (
        requests.get(f"{job}/phase", headers={"Authorization": f"Bearer {token}"}, timeout=30).text
        == "PENDING"
    )


def test_a_job_that_fails_says_why_to_people_and_to_programs(
    mine: pyvo.dal.TAPService, archive: RunningArchive, token: str
) -> None:
    mine.create_table("mydb.targets", io.BytesIO(DEFINITION))
    owner = {"Authorization": f"Bearer {token}"}
    made = requests.post(
        f"{archive.tap}/table-update",
        data={"table": "mydb.targets", "index": "colour"},
        headers=owner,
        allow_redirects=False,
        timeout=30,
    )
    job = made.headers["Location"]
    assert requests.get(f"{job}/error", headers=owner, timeout=30).status_code == 404
    requests.post(f"{job}/phase", data={"PHASE": "RUN"}, headers=owner, timeout=30)
    assert archive.wait_for(
        lambda: requests.get(f"{job}/phase", headers=owner, timeout=30).text == "ERROR", within_s=60
    )
    why = requests.get(f"{job}/error", headers=owner, timeout=30)
    assert "mydb.targets has no column colour" in why.text
    assert '<INFO name="ASTROHUB_ERROR" value="usage"' in why.text
    assert 'slug="usage"' in requests.get(job, headers=owner, timeout=30).text


def test_the_interfaces_are_announced(mine: pyvo.dal.TAPService) -> None:
    announced = {str(one.standardid): one.interfaces[0].accessurls[0].content for one in mine.capabilities}
    assert announced["ivo://ivoa.net/std/VOSI#table-update-async-1.x"].endswith("/tap/table-update")
    assert announced["ivo://ivoa.net/std/VOSI#table-load-sync-1.x"].endswith("/tap/load")


def test_rows_without_room_are_refused_before_they_are_written(
    tmp_path: Path, sample_data: Path, hub: FakeHub, token: str
) -> None:
    quota = 20_000
    with running_archive(tmp_path, sample_data, hub.api_url, mydb={"quotaBytes": quota}) as archive:
        service = _service(archive, token)
        service.create_table("mydb.targets", io.BytesIO(DEFINITION))
        seen: list[int] = []

        def endless() -> Iterator[bytes]:
            yield b"id,ra,dec,label\n"
            for number in range(100_000):
                seen.append(number)
                yield f"{number},{number % 360},0,{'x' * 500}\n".encode() * 20

        refused = requests.post(
            f"{archive.tap}/load/mydb.targets",
            data=endless(),
            headers={"Authorization": f"Bearer {token}", "Content-Type": "text/csv"},
            timeout=60,
        )
        assert refused.status_code == 413
        assert "There is no room for mydb.targets" in refused.text
        written = sum(
            path.stat().st_size for path in (tmp_path / "work" / "mydb").rglob("*") if path.is_file()
        )
        assert written < quota
        # What is too long to have room, whatever it holds, is not even looked at.
        longer = requests.put(
            f"{archive.base}/services/archive/mydb/tables/other?format=parquet",
            data=b"no Parquet at all" * quota,
            headers={"Authorization": f"Bearer {token}"},
            timeout=60,
        )
        assert (longer.status_code, longer.json()["slug"]) == (413, "quota")
        # A client that asks first is not told to go on.
        address = archive.base.removeprefix("http://")
        host, _, port = address.partition(":")
        with socket.create_connection((host, int(port)), timeout=60) as connection:
            connection.sendall(
                f"PUT /services/archive/mydb/tables/other?format=parquet HTTP/1.1\r\nHost: {address}\r\n"
                f"Authorization: Bearer {token}\r\nContent-Length: {4 * quota + 1}\r\n"
                "Expect: 100-continue\r\n\r\n".encode()
            )
            assert connection.recv(65536).startswith(b"HTTP/1.1 413")
