"""The command: what it writes, where, and how it ends."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import pyarrow as pa
import pyarrow.ipc
import pytest
from astrohub.cli import main

from .fake_archive import FakeArchive, Reply
from .recorded import STARS, arrow_stream, fits_file, votable

PROGRAM = Path(sys.executable).with_name("astrohub")
QUERY = "SELECT * FROM stars"
TABLE = """\
          source_id            ra  phot_g_mean_mag  name     variable
                              deg              mag
-------------------  ------------  ---------------  -------  --------
4611686018427387905     10.684708            4.125  Mirach   True
5853498713190525696  217.39232147                –  –        –
                  –           nan             8.95  Próxima  False
"""


@dataclass
class Run:
    """How a command ended and what it wrote."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Callable[..., Run]:
    """Run the command in this process."""

    def run(*arguments: str) -> Run:
        try:
            status = main(arguments)
        except SystemExit as e:
            status = int(e.code or 0)
        return Run(status, *capfd.readouterr())

    return run


def test_a_terminal_sees_an_aligned_table_with_units(run: Callable[..., Run], archive: FakeArchive) -> None:
    ended = run("query", QUERY)
    assert (ended.returncode, ended.stdout) == (0, TABLE)
    assert ended.stderr.startswith("3 rows, ")


def test_a_query_can_come_from_standard_input(
    run: Callable[..., Run], archive: FakeArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(QUERY + "\n"))
    assert run("query", "-").returncode == 0
    assert archive.asked[0]["QUERY"] == QUERY + "\n"


def test_csv_is_for_other_programs(run: Callable[..., Run], archive: FakeArchive) -> None:
    rows = list(csv.DictReader(io.StringIO(run("query", QUERY, "--format", "csv").stdout)))
    assert rows[0] == {
        "source_id": "4611686018427387905",
        "ra": "10.684708",
        "phot_g_mean_mag": "4.125",
        "name": "Mirach",
        "variable": "true",
    }
    assert rows[1]["name"] == ""


def test_json_lines_keep_identifiers_exact(run: Callable[..., Run], archive: FakeArchive) -> None:
    rows = [json.loads(line) for line in run("query", QUERY, "--format", "jsonl").stdout.splitlines()]
    assert rows[0]["source_id"] == 4611686018427387905
    assert rows[2] == {
        "source_id": None,
        "ra": None,
        "phot_g_mean_mag": pytest.approx(8.95),
        "name": "Próxima",
        "variable": False,
    }


def test_an_arrow_file_is_the_archives_own_stream(
    run: Callable[..., Run], archive: FakeArchive, tmp_path: Path
) -> None:
    file = tmp_path / "stars.arrow"
    assert run("query", QUERY, "--output", str(file)).returncode == 0
    assert file.read_bytes() == archive.reply.body
    with pa.ipc.open_stream(file) as stream:
        assert str(stream.read_all().to_pylist()) == str(STARS.to_pylist())


def test_a_votable_is_handed_on(run: Callable[..., Run], archive: FakeArchive, tmp_path: Path) -> None:
    archive.reply = Reply(kind="application/x-votable+xml", body=votable("OVERFLOW"))
    ended = run("query", QUERY, "-o", str(tmp_path / "stars.vot"))
    assert ended.returncode == 0
    assert (tmp_path / "stars.vot").read_bytes() == votable()[:0] + archive.reply.body
    assert "The limit cut this result" in ended.stderr


def test_a_votable_that_breaks_off_leaves_no_file(
    run: Callable[..., Run], archive: FakeArchive, tmp_path: Path
) -> None:
    archive.reply = Reply(kind="application/x-votable+xml", body=votable()[:-12])
    assert run("query", QUERY, "-o", str(tmp_path / "stars.vot")).returncode == 5
    assert os.listdir(tmp_path) == []


def test_fits_is_handed_on_when_it_is_whole(
    run: Callable[..., Run], archive: FakeArchive, tmp_path: Path
) -> None:
    whole = fits_file("OVERFLOW")
    archive.reply = Reply(kind="application/fits", body=whole)
    ended = run("query", QUERY, "-o", str(tmp_path / "stars.fits"))
    assert ended.returncode == 0
    assert archive.asked[0]["RESPONSEFORMAT"] == "application/fits"
    assert (tmp_path / "stars.fits").read_bytes() == whole
    assert "The limit cut this result" in ended.stderr
    archive.reply = Reply(kind="application/fits", body=whole[:-12])
    assert run("query", QUERY, "-o", str(tmp_path / "other.fits")).returncode == 5
    assert os.listdir(tmp_path) == ["stars.fits"]


@pytest.mark.parametrize("suffix", ["csv", "arrow", "jsonl", "txt"])
def test_a_result_that_breaks_off_leaves_the_old_file(
    run: Callable[..., Run], archive: FakeArchive, tmp_path: Path, suffix: str
) -> None:
    archive.reply = Reply(body=arrow_stream(status=None))
    file = tmp_path / f"stars.{suffix}"
    file.write_text("old")
    ended = run("query", QUERY, "-o", str(file))
    assert ended.returncode == 5
    assert "broke off" in ended.stderr
    assert (os.listdir(tmp_path), file.read_text()) == ([file.name], "old")


def test_a_cut_result_says_so_on_the_side(run: Callable[..., Run], archive: FakeArchive) -> None:
    archive.reply = Reply(body=arrow_stream(status="OVERFLOW"))
    ended = run("query", QUERY, "--maxrec", "3")
    assert (ended.returncode, ended.stdout) == (0, TABLE)
    assert "The limit cut this result: there are more rows." in ended.stderr


def test_no_rows_show_the_columns(run: Callable[..., Run], archive: FakeArchive) -> None:
    archive.reply = Reply(body=arrow_stream(STARS.slice(0, 0)))
    ended = run("query", QUERY)
    assert ended.stdout.splitlines()[0].split() == STARS.column_names
    assert ended.stderr.startswith("0 rows")


def test_a_refused_query_is_marked(run: Callable[..., Run], archive: FakeArchive) -> None:
    archive.refuse(400, "No such table.", position={"line": 1, "column": 15, "endColumn": 20})
    ended = run("query", QUERY)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == (
        "No such table.\nline 1, column 15:\n    SELECT * FROM stars\n                  ^^^^^\n"
    )


@pytest.mark.parametrize(("status", "expected"), [(401, 3), (403, 3), (500, 1), (503, 4)])
def test_the_exit_status_tells_failures_apart(
    run: Callable[..., Run], archive: FakeArchive, status: int, expected: int
) -> None:
    archive.refuse(status, "No.")
    assert run("query", QUERY).returncode == expected


def test_nobody_at_the_address_is_its_own_status(run: Callable[..., Run]) -> None:
    ended = run("query", QUERY, "--url", "http://127.0.0.1:1")
    assert (ended.returncode, ended.stdout) == (4, "")
    assert ended.stderr.startswith("http://127.0.0.1:1 cannot be reached")


@pytest.mark.parametrize(
    "arguments",
    [[], ["query"], ["query", " "], ["query", "x", "--maxrec", "-1"], ["query", "x", "--format", "y"]],
)
def test_a_command_that_is_not_understood_is_status_2(
    run: Callable[..., Run], archive: FakeArchive, arguments: list[str]
) -> None:
    ended = run(*arguments)
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr


def test_a_file_that_cannot_be_written_is_named(
    run: Callable[..., Run], archive: FakeArchive, tmp_path: Path
) -> None:
    ended = run("query", QUERY, "-o", str(tmp_path / "none" / "stars.csv"))
    assert ended.returncode == 1
    assert "cannot be written: No such file or directory." in ended.stderr
    assert "Traceback" not in ended.stderr


def test_what_commands_a_terminal_is_shown_by_its_number(
    run: Callable[..., Run], archive: FakeArchive
) -> None:
    archive.reply = Reply(body=arrow_stream(pa.table({"x": ["a\x1b[31m\nb"]})))
    assert "a\\x1b[31m b" in run("query", QUERY).stdout


def test_a_long_text_is_shown_whole(run: Callable[..., Run], archive: FakeArchive) -> None:
    table = pa.table({"text": ["x" * 100, "y"], "n": [1, 2]})
    archive.reply = Reply(body=arrow_stream(table))
    lines = run("query", QUERY).stdout.splitlines()
    assert lines[2] == "x" * 100 + "  1"
    assert lines[3] == "y" + " " * 47 + "  2"


def test_a_reader_that_has_seen_enough_is_no_failure_of_ours(archive: FakeArchive) -> None:
    many = pa.table({"x": pa.array(range(200_000))})
    archive.reply = Reply(body=arrow_stream(many, batch_rows=1000))
    ended = subprocess.run(
        f"{PROGRAM} query '{QUERY}' | head -1", shell=True, capture_output=True, text=True, timeout=60
    )
    assert (ended.stdout.strip(), ended.stderr) == ("x", "")


@pytest.mark.parametrize("part", ["before", "within"])
def test_ctrl_c_stops_it_cleanly(archive: FakeArchive, tmp_path: Path, part: str) -> None:
    sent = arrow_stream(pa.table({"x": pa.array(range(100_000))}), batch_rows=1000)
    archive.reply = Reply(body=sent[: len(sent) // 2] if part == "within" else b"", hang=True)
    process = subprocess.Popen(
        [PROGRAM, "query", QUERY, "-o", str(tmp_path / "x.csv")],
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    assert archive.started.wait(120)
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=120)[1] == "Stopped.\n"
    assert process.returncode == 130
    assert os.listdir(tmp_path) == []


def test_the_version_is_the_distributions() -> None:
    shown = subprocess.run([PROGRAM, "--version"], capture_output=True, text=True, check=True, timeout=60)
    assert shown.stdout == f"astrohub {version('astrohub')}\n"
