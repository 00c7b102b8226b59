"""The benchmark of the archive, small: ours and the limit find the same rows. Times are not looked at."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def bench(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "bench" / "archive.py"), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_ours_and_the_limit_find_the_same_rows(tmp_path: Path) -> None:
    done = bench("--rows", "20_000", "--repetitions", "1", "--json", "--folder", str(tmp_path / "public"))
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert (said["table"], said["rows"]) == ("large.object", 20_000)
    contests: dict[str, set[str]] = {}
    for one in said["results"]:
        assert one["agrees"], one
        assert one["seconds"] > 0
        contests.setdefault(one["contest"], set()).add(one["contender"])
    three = {"limit", "ours, engine", "ours, HTTP"}
    names = ['cone 1"', "cone 0.1 deg", "cone 1 deg", "identifier", "scan, three columns"]
    exports = [f"export {fmt}" for fmt in ("arrow", "votable", "parquet", "csv")]
    assert list(contests) == [*names, *exports]
    assert contests.pop("export votable") == {*three, "astropy writes"}
    assert all(contenders == three for contenders in contests.values())


def test_a_table_that_is_not_there_is_told(tmp_path: Path) -> None:
    done = bench("--public", str(tmp_path), "--table", "large.nothing")
    assert done.returncode == 1
    assert done.stderr == f"There is no table large.nothing with positions and an index in {tmp_path}.\n"
