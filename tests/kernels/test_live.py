"""The client against a real platform with real stars."""

from __future__ import annotations

import csv
from pathlib import Path

import astrohub
import numpy as np
import pytest
import requests
from astrohub.cli import main
from astrohub.tables import from_astropy
from astropy import units as u
from astropy.io.votable import parse_single_table
from astropy.table import Table

from ..support.platform import RunningPlatform

BRIGHT = "SELECT TOP 100 * FROM gaia_dr3_g10.gaia_source WHERE phot_g_mean_mag < 5 ORDER BY source_id"
SCOPES = [
    "custom:archive:read",
    "custom:archive:write",
    "custom:files:read",
    "custom:files:write",
    "access:services!service=archive",
]


@pytest.fixture
def client(platform: RunningPlatform, monkeypatch: pytest.MonkeyPatch) -> astrohub.Client:
    """Somebody with a token."""
    for name in ("ASTROHUB_INTERNAL_URL", "ASTROHUB_URL", "ASTROHUB_TOKEN", "ASTROHUB_TOKEN_FILE"):
        monkeypatch.delenv(name, raising=False)
    return astrohub.Client(platform.url, platform.token("researcher", SCOPES))


def test_bright_stars_have_units_and_exact_identifiers(client: astrohub.Client) -> None:
    stars = client.query(BRIGHT)
    assert len(stars) == 100
    assert (stars["ra"].unit, stars["phot_g_mean_mag"].unit) == (u.deg, u.mag)
    assert stars["source_id"].dtype == np.int64
    assert stars["source_id"].max() > 2**53
    assert (stars["phot_g_mean_mag"] < 5).all()
    assert stars["ra"].description


def test_all_formats_tell_the_same_identifiers(client: astrohub.Client) -> None:
    expected = client.query(BRIGHT)["source_id"].tolist()
    assert client.query(BRIGHT, fmt="pandas")["source_id"].tolist() == expected
    assert client.query(BRIGHT, fmt="arrow")["source_id"].to_pylist() == expected


def test_the_result_of_a_job_is_fetched_and_not_found_again(
    platform: RunningPlatform, client: astrohub.Client
) -> None:
    made = client.call("POST", "/services/archive/jobs", json={"query": BRIGHT})
    waiting = f"{platform.url}/services/archive/tap/async/{made['id']}?WAIT=60&PHASE="
    headers = {"Authorization": f"Bearer {platform.token('researcher', SCOPES)}"}
    for phase in ("QUEUED", "EXECUTING"):
        requests.get(waiting + phase, headers=headers, timeout=90).raise_for_status()
    stars, expected = client.result(made["id"]), client.query(BRIGHT)
    assert stars["source_id"].tolist() == expected["source_id"].tolist()
    assert (stars["ra"].unit, stars.meta["job"]) == (u.deg, made["id"])
    with pytest.warns(astrohub.ResultCut):
        assert len(client.result(made["id"], maxrec=7)) == 7
    with pytest.raises(astrohub.RequestRefused, match="no such job"):
        client.result("u0")


def test_the_command_writes_the_same_rows(
    platform: RunningPlatform, client: astrohub.Client, tmp_path: Path
) -> None:
    for name in ("stars.csv", "stars.vot"):
        assert main(["query", BRIGHT, "--url", platform.url, "-o", str(tmp_path / name)]) == 0
    expected = client.query(BRIGHT)["source_id"].tolist()
    with open(tmp_path / "stars.csv") as file:
        assert [int(row["source_id"]) for row in csv.DictReader(file)] == expected
    assert parse_single_table(tmp_path / "stars.vot").to_table()["source_id"].tolist() == expected


def test_a_limit_is_told(client: astrohub.Client) -> None:
    with pytest.warns(astrohub.ResultCut, match="cut after 7 rows"):
        assert len(client.query(BRIGHT, maxrec=7)) == 7


def test_a_misspelt_column_is_marked_and_the_meant_one_named(client: astrohub.Client) -> None:
    with pytest.raises(astrohub.QueryError) as refused:
        client.query("SELECT ra,\n  phot_g_mean_mg FROM gaia_dr3_g10.gaia_source")
    assert refused.value.suggestion == "phot_g_mean_mag"
    lines = str(refused.value).splitlines()
    assert lines[1:4] == [
        "line 2, column 3:",
        "      phot_g_mean_mg FROM gaia_dr3_g10.gaia_source",
        "      ^^^^^^^^^^^^^^",
    ]
    assert "phot_g_mean_mag?" in lines[0] + lines[-1]


def test_nobody_reads_public_tables_and_is_asked_for_a_token_for_others(
    platform: RunningPlatform, client: astrohub.Client
) -> None:
    nobody = astrohub.Client(platform.url, token="")
    assert len(nobody.query(BRIGHT)) == 100
    with pytest.raises(astrohub.CredentialsRequired, match="ASTROHUB_TOKEN"):
        nobody.query("SELECT * FROM mydb.stars")


def test_a_token_without_the_scope_gets_nothing(platform: RunningPlatform, client: astrohub.Client) -> None:
    token = platform.token("researcher", ["custom:files:read", "access:services!service=archive"])
    with pytest.raises(astrohub.AccessRefused):
        astrohub.Client(platform.url, token).query(BRIGHT)


def test_half_a_million_stars_arrive(client: astrohub.Client) -> None:
    stars = client.query("SELECT source_id, ra, dec FROM gaia_dr3_g10.gaia_source", fmt="arrow")
    assert stars.num_rows == 482_106


def test_a_table_of_ones_own_is_made_joined_and_dropped(client: astrohub.Client) -> None:
    astrohub.mydb.create("live_bright", BRIGHT, client=client)
    try:
        ours = client.query("SELECT * FROM mydb.live_bright ORDER BY source_id")
        theirs = client.query(BRIGHT)
        assert ours["source_id"].tolist() == theirs["source_id"].tolist()
        assert ours["ra"].unit == u.deg
        astrohub.mydb.upload("live_copy", ours, client=client)
        joined = "SELECT c.* FROM mydb.live_bright AS b JOIN mydb.live_copy AS c ON b.source_id = c.source_id"
        again = client.query(joined)
        assert sorted(again["source_id"].tolist()) == theirs["source_id"].tolist()
        assert (again["ra"].unit, again["ra"].meta["ucd"]) == (u.deg, theirs["ra"].meta["ucd"])
        with pytest.raises(astrohub.RequestRefused, match="already"):
            astrohub.mydb.create("live_bright", BRIGHT, client=client)
    finally:
        for table in astrohub.mydb.list(client=client):
            astrohub.mydb.drop(table.name, client=client)


MINE = Table({"name": ["Aldebaran", "Sirius"], "ra": [68.98, 101.29], "dec": [16.51, -16.72]})
NEAR_MINE = """
SELECT m.name, h.hip FROM TAP_UPLOAD.mine AS m
JOIN hipparcos.hip2 AS h ON 1 = CONTAINS(POINT(h.ra, h.dec), CIRCLE(m.ra, m.dec, 0.05)) ORDER BY h.hip
"""


@pytest.mark.parametrize("kind", ["astropy", "pandas", "arrow", "path"])
def test_a_table_that_is_sent_along_is_there_for_the_query(
    client: astrohub.Client, kind: str, tmp_path: Path
) -> None:
    path = tmp_path / "mine.fits"
    MINE.write(path)
    mine = {"astropy": MINE, "pandas": MINE.to_pandas(), "arrow": from_astropy(MINE), "path": path}[kind]
    found = client.query(NEAR_MINE, uploads={"mine": mine})
    assert {("Aldebaran", 21421), ("Sirius", 32349)} <= {(row["name"], row["hip"]) for row in found}
    with pytest.raises(astrohub.QueryError, match="mine"):
        client.query(NEAR_MINE)


def test_what_is_no_table_is_not_sent(client: astrohub.Client, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="A list cannot be sent"):
        client.query(NEAR_MINE, uploads={"mine": [1, 2]})
    with pytest.raises(ValueError, match=r"mine\.doc does not tell its format"):
        client.query(NEAR_MINE, uploads={"mine": tmp_path / "mine.doc"})
