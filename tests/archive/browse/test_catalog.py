"""The catalog in one document: complete, compressed, asked for again only when it has changed."""

from __future__ import annotations

import gzip

import requests

from ...support.running_archive import RunningArchive


def ask(archive: RunningArchive, token: str | None = None, **headers: str) -> requests.Response:
    sent = {
        "Accept-Encoding": "identity",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    if token:
        sent["Authorization"] = f"Bearer {token}"
    return requests.get(f"{archive.base}/services/archive/catalog", headers=sent, timeout=30)


def test_every_table_is_there_with_its_columns(archive: RunningArchive) -> None:
    schemas = {schema["name"]: schema for schema in ask(archive).json()["schemas"]}
    assert {"gaia_dr3_g10", "hipparcos", "tap_schema"} <= set(schemas)
    assert "mydb" not in schemas
    table = next(t for t in schemas["gaia_dr3_g10"]["tables"] if t["name"] == "gaia_source")
    assert (table["rows"], table["kind"]) == (482106, "public")
    columns = {column["name"]: column for column in table["columns"]}
    assert columns["source_id"]["indexed"]
    assert set(columns["ra"]) == {
        "name",
        "datatype",
        "arraysize",
        "unit",
        "ucd",
        "description",
        "principal",
        "indexed",
    }
    assert (columns["ra"]["unit"], columns["ra"]["datatype"]) == ("deg", "double")


def test_it_is_sent_compressed_and_only_when_it_has_changed(archive: RunningArchive, token: str) -> None:
    plain = ask(archive)
    packed = requests.get(plain.url, headers={"Accept-Encoding": "gzip"}, stream=True, timeout=30)
    assert packed.headers["Content-Encoding"] == "gzip"
    raw = packed.raw.read(decode_content=False)
    assert gzip.decompress(raw) == plain.content
    assert len(raw) < len(plain.content) / 4
    again = ask(archive, If_None_Match=plain.headers["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    assert ask(archive, token, If_None_Match=plain.headers["ETag"]).status_code == 200


def test_a_user_finds_the_own_tables_in_it(archive: RunningArchive, token: str, other_token: str) -> None:
    url = f"{archive.base}/services/archive/mydb/tables"
    headers = {"Authorization": f"Bearer {token}"}
    before = ask(archive, token).headers["ETag"]
    body = {"name": "three", "query": "SELECT TOP 3 source_id, ra FROM gaia_dr3_g10.gaia_source"}
    assert requests.post(url, json=body, headers=headers, timeout=60).status_code == 201
    try:
        seen = ask(archive, token, If_None_Match=before, Accept_Encoding="gzip")
        own = next(schema for schema in seen.json()["schemas"] if schema["name"] == "mydb")
        assert [(t["name"], t["rows"], t["kind"]) for t in own["tables"]] == [("three", 3, "mydb")]
        assert own["tables"][0]["columns"][1]["unit"] == "deg"
        theirs = next(s for s in ask(archive, other_token).json()["schemas"] if s["name"] == "mydb")
        assert theirs["tables"] == []
    finally:
        requests.delete(f"{url}/three", headers=headers, timeout=30)


def test_a_token_that_nobody_knows_is_refused(archive: RunningArchive) -> None:
    refused = ask(archive, "no-such-token-at-all")
    assert refused.status_code == 401
    assert refused.json()["slug"] == "invalid-token"
