"""What cannot be loaded is refused in one sentence, and nothing of it is left."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from astrohub_archive.data.loading import LoadRequest, TableName, load_table
from astrohub_archive.data.readonly import remove
from astropy.table import Table

from ...support.catalogs import open_folder
from .loading import ROWS, as_astropy, data, load, stars

CONTENT = "id,ra,dec,mag\n1,10,20,15\n2,11,21,16\n"


@pytest.fixture
def public(tmp_path: Path) -> Iterator[Path]:
    """The folder of published catalogues."""
    folder = tmp_path / "public"
    yield folder
    if folder.exists():
        remove(folder)


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    """A small file that can be loaded."""
    path = tmp_path / "stars.csv"
    path.write_text(CONTENT)
    return path


def refusal(public: Path, *words: str | Path, table: str = "site.stars") -> str:
    said = data("load", *words, "--table", table, "--public", public).refusal
    assert not public.exists() or not list(public.iterdir())
    return said


def test_a_file_that_is_not_there(public: Path, tmp_path: Path) -> None:
    said = refusal(public, tmp_path / "nowhere.fits")
    assert said == f"The file {tmp_path}/nowhere.fits cannot be read: No such file or directory."


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("empty.csv", b"", "empty.csv is empty."),
        ("stars.parquet", b"ra,dec\n1,2\n", "stars.parquet is not Parquet, FITS, VOTable, ECSV or CSV."),
        ("stars.dat", b"\0\1\2\3" * 100, "stars.dat is not Parquet, FITS, VOTable, ECSV or CSV."),
        ("stars.csv.gz", b"\x1f\x8b\x08\x00" * 9, "stars.csv.gz is compressed; unpack it first."),
        ("page.xml", b"<html><body>Not found</body></html>", "page.xml cannot be read as a VOTable: "),
        ("ragged.csv", b"id,ra,dec\n1,2\n", "ragged.csv cannot be read as CSV: "),
    ],
)
def test_a_file_of_no_known_format(
    name: str, content: bytes, sentence: str, public: Path, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(content)
    assert sentence in refusal(public, tmp_path / name)


def test_a_parquet_file_that_is_cut_off_or_damaged(public: Path, tmp_path: Path) -> None:
    path = tmp_path / "stars.parquet"
    pq.write_table(stars(), path, write_page_checksum=True, compression="none")
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert "stars.parquet is Parquet, but not all of it: its end is missing" in refusal(public, path)
    path.write_bytes(whole[:500] + bytes(200) + whole[700:])
    assert (
        refusal(public, path) == f"The file {path} cannot be read as Parquet: some of its rows are damaged."
    )


def test_a_file_without_rows(public: Path, tmp_path: Path) -> None:
    path = tmp_path / "stars.parquet"
    pq.write_table(stars().slice(0, 0), path)
    assert refusal(public, path) == f"There are no rows to load in {path}."


def test_a_fits_file_that_is_cut_off(public: Path, tmp_path: Path) -> None:
    path = tmp_path / "stars.fits"
    Table({"ra": stars()["RAJ2000"].to_numpy(), "dec": stars()["DEJ2000"].to_numpy()}).write(path)
    path.write_bytes(path.read_bytes()[:-5760])
    assert "stars.fits cannot be read as FITS: its end is missing" in refusal(public, path)


def test_a_votable_that_a_limit_has_cut(public: Path, tmp_path: Path) -> None:
    path = tmp_path / "stars.vot"
    as_astropy(stars(20)).write(path, format="votable")
    info = '<INFO name="QUERY_STATUS" value="OVERFLOW"/></RESOURCE>'
    path.write_text(path.read_text().replace("</RESOURCE>", info))
    assert "QUERY_STATUS is OVERFLOW" in refusal(public, path)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("stars", "'stars' is not the name of a table: write SCHEMA.TABLE"),
        ("a.b.c", "'a.b.c' is not the name of a table"),
        ("site.2mass", "'2mass' is not a name that a query can write"),
        ("../site.x", "is not"),
        ("site.select", "select is a word of ADQL"),
        ("mydb.stars", "The schema mydb is reserved"),
        ("tap_schema.stars", "The schema tap_schema is reserved"),
        ("user_ann.stars", "The schema user_ann is reserved"),
        ("gaia_dr3_g10.mine", "The schema gaia_dr3_g10 belongs to the sample data"),
        ("site.files", "A table cannot be called files"),
    ],
)
def test_a_name_that_no_table_may_have(name: str, sentence: str, public: Path, csv: Path) -> None:
    assert sentence in refusal(public, csv, table=name)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--ra", "alpha", "--dec", "dec"), "There is no column alpha; the columns are id, ra, dec, mag."),
        (("--ra", "ra"), "Name both columns of the positions: --ra COL --dec COL."),
        (("--index", "nr"), "There is no column nr; the columns are id, ra, dec, mag."),
        (("--index", "mag", "--no-positions"), "--no-positions goes with none of --ra, --dec and --index"),
    ],
)
def test_a_column_that_is_not_there(words: tuple[str, ...], sentence: str, public: Path, csv: Path) -> None:
    assert sentence in refusal(public, csv, *words)


def test_positions_that_are_not_found_or_not_degrees(public: Path, tmp_path: Path) -> None:
    path = tmp_path / "places.csv"
    path.write_text("id,where_ra,where_dec\n1,10,20\n")
    assert "No columns of positions were found" in refusal(public, path)
    path.write_text("id,ra,dec\n1,10:20:30,20:30:40\n")
    assert "The column ra holds" in refusal(public, path, "--ra", "ra", "--dec", "dec")
    hours = as_astropy(stars(20))
    hours["RAJ2000"].unit = "hourangle"
    hours.write(tmp_path / "hours.vot", format="votable")
    assert "positions are degrees: convert it first" in refusal(public, tmp_path / "hours.vot")


def test_rows_without_a_position_are_counted_and_only_left_out_when_told(
    public: Path, tmp_path: Path
) -> None:
    path = tmp_path / "places.csv"
    path.write_text("id,ra,dec\n1,10,20\n2,,20\n3,400,20\n4,11,nan\n5,12,95\n6,-170,-90\n")
    said = refusal(public, path)
    assert said.startswith(
        "Of 6 rows, 2 rows have no position and 2 have one out of range "
        "(first: row 2 of places.csv (NULL); row 3 of places.csv (400, 20); row 4 of places.csv (NULL))."
    )
    assert "--skip-without-position" in said
    loaded = load(public, path, "--table", "site.stars", "--skip-without-position")
    assert "site.stars is loaded: 2 rows" in loaded.out
    assert "Left out: 2 rows have no position and 2 have one out of range" in loaded.out


def test_files_that_do_not_belong_together(public: Path, csv: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_text("id,ra,dec\n1,2,3\n")
    assert f"{other} has no column mag, but {csv} has." in refusal(public, csv, other)
    other.write_text("id,ra,dec,mag\n1,2,3,bright\n")
    assert "The column mag is int64 in" in refusal(public, csv, other)


def test_a_table_that_is_there_already_stays(public: Path, csv: Path, tmp_path: Path) -> None:
    load(public, csv, "--table", "site.stars")
    before = sorted(str(path) for path in public.rglob("*"))
    said = data("load", csv, "--table", "site.stars", "--public", public).refusal
    assert said == "There is a table site.stars already; to load it anew, say --replace."
    assert "There is the table site.stars already" in (
        data("load", csv, "--table", "site.Stars", "--public", public).refusal
    )
    broken = tmp_path / "broken.csv"
    broken.write_text("id,ra,dec\n1,2,300\n")
    assert data("load", broken, "--table", "site.stars", "--replace", "--public", public).code == 1
    assert sorted(str(path) for path in public.rglob("*")) == before


@pytest.mark.parametrize("phase", ["reading stars.parquet", "writing", "margin", "index of Source"])
def test_an_interrupted_load_leaves_nothing_and_can_be_repeated(
    phase: str, public: Path, tmp_path: Path
) -> None:
    path = tmp_path / "stars.parquet"
    pq.write_table(stars(), path)
    request = LoadRequest((path,), TableName("site", "stars"))

    def interrupt(doing: str, done: int, total: int) -> None:
        if doing == phase and done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load_table(request, public, interrupt)
    assert list(public.iterdir()) == []
    assert load_table(request, public, lambda *_: None).rows == ROWS


def test_what_a_killed_load_has_left_is_removed_by_the_next(public: Path, csv: Path) -> None:
    left = public / ".site.other.loading"
    (left / "spool").mkdir(parents=True)
    (left / "spool" / "0.parquet").write_bytes(b"half")
    load(public, csv, "--table", "site.stars")
    assert [path.name for path in public.iterdir()] == ["site"]


def run(code: str, *words: str | Path, **options: int) -> subprocess.CompletedProcess[str]:
    """Give the command in a process of its own, after a line of preparation."""
    program = f"import sys; {code}; from astrohub_archive.main import main; sys.exit(main())"
    command = [sys.executable, "-c", program, "data", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)  # type: ignore[call-overload,no-any-return]


def test_a_full_disk_is_told_and_changes_nothing(public: Path, csv: Path, tmp_path: Path) -> None:
    load(public, csv, "--table", "site.stars")
    large = tmp_path / "large.parquet"
    pq.write_table(pa.concat_tables([stars()] * 200), large)
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))"
    done = run(limit, "load", large, "--table", "site.stars", "--replace", "--public", public)
    assert done.returncode == 1
    said = done.stderr.splitlines()[-1]
    assert said.startswith(f"The disk of {public} is full; loading site.stars needs room"), done.stderr
    assert "2 rows" in data("list", "--public", public).out


def test_a_folder_that_may_not_be_written_is_told() -> None:
    with open_folder() as folder:
        csv, locked = folder / "stars.csv", folder / "locked"
        csv.write_text(CONTENT)
        (folder / "home").mkdir(mode=0o777)
        (folder / "home").chmod(0o777)
        locked.mkdir(mode=0o555)
        account = "os.setgid(61080); os.setuid(61080)" if os.geteuid() == 0 else "pass"
        become = f"import os; os.environ['HOME'] = '{folder}/home'; {account}"
        done = run(become, "load", csv, "--table", "site.stars", "--public", locked / "public")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1] == f"{locked}/public cannot be written: Permission denied."


def test_data_without_a_verb_says_which_there_are() -> None:
    said = data().refusal
    assert said.startswith("Say what to do with the data: make, load, list or remove.")
