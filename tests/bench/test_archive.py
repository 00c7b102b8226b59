"""The benchmark of the archive, small: all contenders find the same rows. Times are not looked at."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from ..support.postgresql import obstacle

ROOT = Path(__file__).resolve().parents[2]
THREE = {"limit", "ours, engine", "ours, HTTP"}
TWO = {"limit", "ours, engine"}
CONTENDERS = {
    'cone 1"': THREE,
    "cone 0.1 deg": THREE,
    "cone 1 deg": THREE,
    "cone 0.1 deg, a number": THREE,
    "identifier": THREE,
    "identifiers, 10,000 of one field": THREE,
    "identifiers, 10,000 of all the sky": THREE,
    "epochs of one of 50": THREE,
    "epochs of a cone's objects": THREE,
    "overhead, a cone, 9 columns": {"ours"},
    "overhead, 300 columns": {"ours"},
    "overhead, 49,152 partitions": {"ours"},
    "crossmatch, 100 k": TWO,
    "crossmatch, 1 M": TWO,
    "scan, three columns": THREE,
    "clients, 16": THREE,
    "clients, 64 and a scan": THREE,
    "notebook": {"limit", "ours, pandas", "ours, astropy", "pyvo, astropy"},
    "export arrow": THREE,
    "export votable": {*THREE, "astropy writes"},
    "export parquet": {*THREE, "pyarrow's defaults"},
    "export csv": THREE,
    "jobs, a list of 500": {"limit", "ours, HTTP"},
    "tables, all columns": {"/catalog", "/tap/tables", "TAP_SCHEMA, Arrow"},
}
POSTGRESQL = {
    'cone 1"': "PostgreSQL, q3c",
    "cone 0.1 deg": "PostgreSQL, q3c",
    "cone 1 deg": "PostgreSQL, q3c",
    "cone 0.1 deg, a number": "PostgreSQL, q3c",
    "identifier": "PostgreSQL, B-tree",
    "identifiers, 10,000 of one field": "PostgreSQL, B-tree",
    "identifiers, 10,000 of all the sky": "PostgreSQL, B-tree",
    "epochs of one of 50": "PostgreSQL, B-tree",
}


def bench(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "bench" / "archive.py"), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_all_contenders_find_the_same_rows(tmp_path: Path) -> None:
    folder = str(tmp_path / "public")
    server = [] if obstacle(with_q3c=True) else ["--postgresql"]
    done = bench("--rows", "20_000", "--repetitions", "1", "--json", "--small", "--folder", folder, *server)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert (said["table"], said["rows"]) == ("large.object", 20_000)
    contests: dict[str, set[str]] = {}
    for one in said["results"]:
        assert one["agrees"], one
        assert one["seconds"] > 0
        contests.setdefault(one["contest"], set()).add(one["contender"])
    for name, contenders in CONTENDERS.items():
        peers = {POSTGRESQL[name]} if server and name in POSTGRESQL else set()
        assert contests[name] == contenders | peers, name
    matched = [one["note"] for one in said["results"] if one["contest"].startswith("crossmatch")]
    assert len(matched) == 4
    assert all(note.endswith("recall 100.000%") for note in matched), matched


def test_only_some_contests_are_run_and_who_is_missing_is_said(tmp_path: Path) -> None:
    folder = str(tmp_path / "public")
    done = bench(
        "--rows", "2_000", "--repetitions", "1", "--folder", folder, "--only", "scan", "--without-http"
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert [line.split("  ")[0] for line in lines[2:4]] == ["scan, three columns", "scan, three columns"]
    assert lines[4:] == [
        "LSDB and pyacid did not take part: --peer-python names an interpreter that has them.",
        "PostgreSQL did not take part: --postgresql fills one.",
    ]


def test_a_table_that_is_not_there_is_told(tmp_path: Path) -> None:
    done = bench("--public", str(tmp_path), "--table", "large.nothing")
    assert done.returncode == 1
    assert done.stderr == f"There is no table large.nothing with positions and an index in {tmp_path}.\n"
