"""A site's own catalogue: loaded by the command, then found by an archive that has been running meanwhile."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
import requests
import yaml
from astrohub_archive.data.readonly import remove
from astropy.io import fits

from ...support.fake_hub import FakeHub
from ...support.running_archive import PREFIX, RunningArchive, running_archive
from .loading import FIRST_ID, ROWS, as_astropy, data, load, stars


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, hub: FakeHub) -> Iterator[RunningArchive]:
    """An archive that runs all the while, and looks for new tables ten times a second."""
    folder = tmp_path_factory.mktemp("site")
    public = folder / "public"
    public.mkdir()
    with running_archive(folder, public, hub.api_url, publicDataPollS=0.1) as archive:
        yield archive
    remove(public)


def public_of(archive: RunningArchive) -> Path:
    return Path(archive.settings["publicData"])


def write_parquet(rows: pa.Table, path: Path) -> None:
    pq.write_table(rows, path, row_group_size=200)


def write_csv(rows: pa.Table, path: Path) -> None:
    pyarrow.csv.write_csv(rows, path)


def write_votable(rows: pa.Table, path: Path) -> None:
    as_astropy(rows).write(path, format="votable")


def write_fits(rows: pa.Table, path: Path) -> None:
    table = as_astropy(rows)
    table.meta.clear()
    table["Name"] = np.char.encode(np.array(table["Name"]), "utf-8")
    table.write(path, format="fits")
    with fits.open(path, mode="update") as units:
        for number, name in enumerate(table.colnames, 1):
            if ucd := table[name].meta.get("ucd"):
                units[1].header[f"TUCD{number}"] = ucd


WRITERS: dict[str, Callable[[pa.Table, Path], None]] = {
    "parquet": write_parquet,
    "csv": write_csv,
    "vot": write_votable,
    "fits": write_fits,
}


def rows_of(archive: RunningArchive, query: str) -> pa.Table:
    """Ask the running archive; wait until it has seen the tables."""
    answers: list[requests.Response] = []

    def answered() -> bool:
        answers.append(archive.query(query, RESPONSEFORMAT="arrow"))
        return answers[-1].status_code == 200

    assert archive.wait_for(answered), answers[-1].text
    return pa.ipc.open_stream(io.BytesIO(answers[-1].content)).read_all()


def within(rows: pa.Table, ra: float, dec: float, radius: float) -> set[int]:
    lon, lat = np.radians(rows["RAJ2000"].to_numpy()), np.radians(rows["DEJ2000"].to_numpy())
    lon0, lat0 = np.radians(ra), np.radians(dec)
    cosine = np.sin(lat) * np.sin(lat0) + np.cos(lat) * np.cos(lat0) * np.cos(lon - lon0)
    return set(rows["Source"].to_numpy()[cosine >= np.cos(np.radians(radius))].tolist())


@pytest.mark.parametrize("form", WRITERS)
def test_a_file_becomes_a_table_that_is_found_by_place_and_identifier(
    form: str, site: RunningArchive, tmp_path: Path
) -> None:
    rows, path = stars(), tmp_path / f"catalogue.{form}"
    WRITERS[form](rows, path)
    said = load(public_of(site), path, "--table", f"site.{form}")
    assert f"site.{form} is loaded: {ROWS:,} rows, by position (RAJ2000, DEJ2000)." in said.out
    assert "Fast by identifier: Source." in said.out
    assert "B-V is B_V" in said.out
    found = rows_of(site, f"SELECT * FROM site.{form}").sort_by("Source")
    assert found.column_names == ["Source", "RAJ2000", "DEJ2000", "B_V", "Name", "obs"]
    for given, published in zip(rows.sort_by("Source").columns, found.columns, strict=True):
        assert given.to_pylist() == published.to_pylist()
    cone = rows_of(
        site,
        f'SELECT "Source" FROM site.{form} WHERE 1 = CONTAINS(POINT(RAJ2000, DEJ2000), CIRCLE(40, 89.95, 3))',
    )
    assert set(cone["Source"].to_pylist()) == within(rows, 40, 89.95, 3)
    assert len(cone) >= 50
    one = rows_of(site, f'SELECT "Name" FROM site.{form} WHERE "Source" = {FIRST_ID + 77}')
    assert one["Name"].to_pylist() == rows.filter(pc.equal(rows["Source"], FIRST_ID + 77))["Name"].to_pylist()


@pytest.mark.parametrize("form", ["vot", "fits"])
def test_units_ucds_and_descriptions_come_from_the_file(
    form: str, site: RunningArchive, tmp_path: Path
) -> None:
    path = tmp_path / f"catalogue.{form}"
    WRITERS[form](stars(50), path)
    load(public_of(site), path, "--table", f"described_{form}.stars")
    assert len(rows_of(site, f"SELECT * FROM described_{form}.stars")) == 50
    columns = rows_of(  # the table is known, so TAP_SCHEMA has it
        site,
        "SELECT column_name, unit, ucd, description, indexed, datatype FROM tap_schema.columns "
        f"WHERE table_name = 'described_{form}.stars' ORDER BY column_index",
    ).to_pylist()
    by_name = {column["column_name"]: column for column in columns}
    assert by_name["RAJ2000"]["unit"] == "deg"
    assert by_name["RAJ2000"]["ucd"] == "pos.eq.ra;meta.main"
    assert by_name["RAJ2000"]["indexed"] == 1
    assert (by_name["B_V"]["unit"], by_name["B_V"]["description"]) == ("mag", "Colour of the star")
    assert (by_name["Source"]["datatype"], by_name["Source"]["indexed"]) == ("long", 1)
    assert by_name["Name"]["datatype"] == "unicodeChar"


def test_an_answer_of_the_archive_is_loaded_with_all_that_it_says(
    site: RunningArchive, tmp_path: Path
) -> None:
    write_votable(stars(60), tmp_path / "stars.vot")
    load(public_of(site), tmp_path / "stars.vot", "--table", "origin.stars")
    assert len(rows_of(site, "SELECT * FROM origin.stars")) == 60
    answer = site.query("SELECT * FROM origin.stars", RESPONSEFORMAT="parquet")
    (tmp_path / "answer.parquet").write_bytes(answer.content)
    load(public_of(site), tmp_path / "answer.parquet", "--table", "copied.stars")
    said = [
        yaml.safe_load((public_of(site) / name / f"{name}.yaml").read_text(encoding="utf-8"))
        for name in ("origin", "copied")
    ]
    words = [
        [
            {key: value for key, value in column.items() if key != "@id"}
            for column in one["tables"][0]["columns"]
        ]
        for one in said
    ]
    assert words[0] == words[1]
    assert {"ivoa:unit", "ivoa:ucd"} <= words[0][1].keys()


def test_what_is_replaced_edited_or_removed_is_seen_without_a_restart(
    site: RunningArchive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    public, path = public_of(site), tmp_path / "stars.parquet"
    pq.write_table(stars(300), path)
    load(public, path, "--table", "changing.stars")

    def count() -> int:
        return int(rows_of(site, "SELECT count(*) AS n FROM changing.stars")["n"][0].as_py())

    assert count() == 300
    pq.write_table(stars(400, seed=6), path)
    load(public, path, "--table", "changing.stars", "--replace")
    assert site.wait_for(lambda: count() == 400)
    assert site.wait_for(lambda: site.query("SELECT 1 FROM changing.stars").ok)
    listed = requests.get(f"{site.base}{PREFIX}/catalog", timeout=30).json()
    schema = next(one for one in listed["schemas"] if one["name"] == "changing")
    assert [table["name"] for table in schema["tables"]] == ["stars"]
    assert sorted(one.name for one in (public / "changing").iterdir()) == ["changing.yaml", "stars"]

    monkeypatch.setattr("sys.stdin", io.StringIO("no\n"))
    assert (
        data("remove", "changing.stars", "--public", public).err == "changing.stars has not been removed.\n"
    )
    removed = data("remove", "changing.stars", "--yes", "--public", public)
    assert (removed.code, removed.out) == (0, "changing.stars is removed.\n")
    assert site.wait_for(lambda: not site.query("SELECT 1 FROM changing.stars").ok)
    assert not (public / "changing").exists()


def test_tables_without_positions_keep_their_order(site: RunningArchive, tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("night,seeing\n2026-01-02,0.8\n2026-01-03,\n2026-01-01,1.2\n")
    said = load(public_of(site), path, "--table", "site.nights", "--no-positions")
    assert "3 rows, without positions" in said.out
    found = rows_of(site, "SELECT night, seeing FROM site.nights")
    assert found["seeing"].to_pylist() == [0.8, None, 1.2]
    assert [str(night)[:10] for night in found["night"].to_pylist()] == [
        "2026-01-02",
        "2026-01-03",
        "2026-01-01",
    ]


def test_a_folder_and_a_hats_collection_are_loaded_whole(site: RunningArchive, tmp_path: Path) -> None:
    rows, parts = stars(), tmp_path / "parts"
    parts.mkdir()
    for number in range(3):
        pq.write_table(rows.slice(number * 300, 300), parts / f"part-{number}.parquet")
    load(public_of(site), parts, "--table", "site.parts", "--index", "obs")
    again = load(public_of(site), public_of(site) / "site" / "parts", "--table", "site.again")
    assert f"{ROWS:,} rows" in again.out
    for table in ("parts", "again"):
        found = rows_of(site, f'SELECT "Source" FROM site.{table} WHERE obs = 3')
        wanted = rows.filter(pc.equal(rows["obs"], 3))["Source"].to_pylist()
        assert sorted(found["Source"].to_pylist()) == sorted(wanted)


def test_files_of_one_table_may_differ_in_the_width_of_numbers(site: RunningArchive, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,ra,dec,mag\n1,10,20,15\n")
    (tmp_path / "b.csv").write_text("id,ra,dec,mag\n2,11.5,20.25,15.5\n")
    load(public_of(site), tmp_path / "a.csv", tmp_path / "b.csv", "--table", "site.two")
    found = rows_of(site, "SELECT id, ra, mag FROM site.two ORDER BY id")
    assert found.to_pylist() == [{"id": 1, "ra": 10.0, "mag": 15.0}, {"id": 2, "ra": 11.5, "mag": 15.5}]


def test_what_is_published_cannot_be_written(site: RunningArchive, tmp_path: Path) -> None:
    path = tmp_path / "stars.parquet"
    pq.write_table(stars(100), path)
    load(public_of(site), path, "--table", "kept.stars")
    load(public_of(site), path, "--table", "kept.more")
    modes: dict[bool, set[int]] = {True: set(), False: set()}
    for one in [public_of(site), *(public_of(site) / "kept").rglob("*")]:
        modes[one.is_dir()].add(one.stat().st_mode & 0o777)
    assert modes == {True: {0o555}, False: {0o444}}
    assert not [one.name for one in public_of(site).iterdir() if one.name.startswith(".")]


def test_what_is_described_reads_as_felis(site: RunningArchive, tmp_path: Path) -> None:
    import felis.datamodel

    path = tmp_path / "stars.vot"
    write_votable(stars(50), path)
    load(public_of(site), path, "--table", "felis_of.stars")
    text = (public_of(site) / "felis_of" / "felis_of.yaml").read_text(encoding="utf-8")
    content: Any = felis.datamodel.Schema.model_validate(yaml.safe_load(text))
    assert [column.name for column in content.tables[0].columns][:2] == ["Source", "RAJ2000"]
    assert "# description:" in text  # a place for what the file does not say


def test_a_damaged_file_fails_its_table_only_and_is_mended_by_loading_again(
    site: RunningArchive, tmp_path: Path
) -> None:
    path, public = tmp_path / "stars.parquet", public_of(site)
    pq.write_table(stars(), path)
    for table in ("hurt.stars", "hurt.others"):
        load(public, path, "--table", table)
    # The engine keeps what it has read: the file is damaged before anybody has read it.
    assert site.wait_for(lambda: "hurt.others" in site.query("SELECT table_name FROM tap_schema.tables").text)
    files = (public / "hurt" / "stars").glob("stars_*/dataset/Norder=*/Dir=*/*.parquet")
    victim = max(files, key=lambda file: file.stat().st_size)
    content = bytearray(victim.read_bytes())
    content[100:-1000] = b"\xff" * (len(content) - 1100)
    victim.chmod(0o644)
    victim.write_bytes(content)
    answer = site.query("SELECT * FROM hurt.stars", headers={"Accept": "application/problem+json"})
    assert answer.status_code == 500
    assert answer.json()["detail"] == (
        f"The file {victim.relative_to(public)} of the table hurt.stars is damaged or missing; "
        "the operators of this archive can restore it."
    )
    assert site.query("SELECT count(*) FROM hurt.others").text.splitlines()[1] == str(ROWS)
    load(public, path, "--table", "hurt.stars", "--replace")
    assert site.wait_for(lambda: site.query("SELECT * FROM hurt.stars").ok)
