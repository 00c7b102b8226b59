"""The command: what it selects, what it writes, how it ends."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest

from .collections_on_disk import COMMAND, interrupt, make_notebook, nbtester, tagged


def _collection(tmp_path: Path) -> Path:
    for name in ("01_Start/a", "01_Start/b", "02_More/c", "02_More/deep/d"):
        make_notebook(tmp_path / f"collection/{name}.ipynb", "1")
    return tmp_path / "collection"


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ((), "abcd"),
        (("--include", "01_*"), "ab"),
        (("--include", "02_More"), "cd"),
        (("--include", "a.ipynb", "--include", "**/d.ipynb"), "ad"),
        (("--exclude", "02_More/"), "ab"),
        (("--include", "02_More/*", "--exclude", "deep"), "c"),
    ],
)
def test_globs_select_notebooks(tmp_path: Path, options: tuple[str, ...], names: str) -> None:
    done = nbtester("list", _collection(tmp_path), *options)
    listed = "".join(Path(line).stem for line in done.stdout.splitlines())
    if "deep" in options:
        assert listed in {"c", "cd"}
    else:
        assert listed == names


def test_all_reports_are_written_and_agree(tmp_path: Path) -> None:
    collection = tmp_path / "collection"
    make_notebook(collection / "good.ipynb", "1")
    make_notebook(collection / "bad.ipynb", "raise ValueError('\\x1b[31mred\\x00 & <b>')")
    make_notebook(collection / "soft.ipynb", tagged("1/0", "nbtester-soft:why-not"))
    reports = [tmp_path / name for name in ("out/r.xml", "out/r.json", "out/r.html")]
    done = nbtester("run", collection, "--junit", reports[0], "--json", reports[1], "--html", reports[2])
    assert done.returncode == 1
    assert "1 passed, 1 soft, 1 failed" in done.stdout
    assert "[  3/3]" in done.stdout
    suite = ElementTree.parse(reports[0]).getroot()[0]
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("3", "1", "1")
    assert json.loads(reports[1].read_text())["counts"]["failed"] == 1
    assert "bad.ipynb" in reports[2].read_text()
    assert "Traceback (most" not in done.stdout + done.stderr


def test_soft_failures_and_skips_end_with_0(tmp_path: Path) -> None:
    make_notebook(tmp_path / "a.ipynb", "1/0")
    make_notebook(tmp_path / "b.ipynb", "1/0")
    config = tmp_path / "settings.yaml"
    config.write_text('soft: {"a.ipynb": being mended}\nskip: {"b.*": no data here}\n')
    done = nbtester("run", tmp_path, "--config", config)
    assert done.returncode == 0, done.stdout
    assert "being mended" in done.stdout
    assert "no data here" in done.stdout


@pytest.mark.parametrize(
    ("config", "told"),
    [
        ("jbos: 3", "jbos"),
        ("suspiciousOutput: {patterns: ['(']}", "not a regular expression"),
        ("[]", "must hold keys and values"),
        ("jobs: 0", "jobs"),
    ],
)
def test_settings_that_do_not_fit_end_with_2(tmp_path: Path, config: str, told: str) -> None:
    (tmp_path / "settings.yaml").write_text(config)
    done = nbtester("run", tmp_path, "--config", tmp_path / "settings.yaml")
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_a_missing_folder_ends_with_2_and_an_empty_one_with_3(tmp_path: Path) -> None:
    assert nbtester("run", tmp_path / "nowhere").returncode == 2
    assert nbtester("run", tmp_path).returncode == 3


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_keeps_the_results_so_far(tmp_path: Path, number: signal.Signals) -> None:
    make_notebook(tmp_path / "c/a.ipynb", "1")
    make_notebook(tmp_path / "c/b.ipynb", "import time; time.sleep(1000)")
    report = tmp_path / "r.json"
    command = [*COMMAND, "run", str(tmp_path / "c"), "--jobs", "1", "--json", str(report)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if "running  b.ipynb" in line:
                break
        interrupt(process) if number is signal.SIGINT else process.send_signal(number)
        said, _ = process.communicate(timeout=200)
    assert process.returncode == 130
    assert "stopped before the end" in said
    outcomes = [notebook["outcome"] for notebook in json.loads(report.read_text())["notebooks"]]
    assert outcomes == ["passed", "stopped"]


def test_executed_notebooks_are_kept_if_asked(tmp_path: Path) -> None:
    make_notebook(tmp_path / "c/01/a.ipynb", "print('hello')")
    assert nbtester("run", tmp_path / "c", "--executed", tmp_path / "done").returncode == 0
    assert "hello" in (tmp_path / "done/01/a.ipynb").read_text()
    assert "hello\\n" not in (tmp_path / "c/01/a.ipynb").read_text()


def test_a_report_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    make_notebook(tmp_path / "c/a.ipynb", "1")
    (tmp_path / "file").write_text("")
    done = nbtester("run", tmp_path / "c", "--json", tmp_path / "file/r.json")
    assert done.returncode == 2
    assert "cannot be written" in done.stderr
    assert "Traceback" not in done.stderr


def test_each_run_is_kept_under_its_date(tmp_path: Path) -> None:
    make_notebook(tmp_path / "collection/a.ipynb", "1")
    results, begin = tmp_path / "kept" / "results", datetime.now(UTC)
    for _ in range(2):
        assert nbtester("run", tmp_path / "collection", "--results", results).returncode == 0
    if datetime.now(UTC).date() != begin.date():  # midnight came between: once more, on one day
        shutil.rmtree(results)
        for _ in range(2):
            assert nbtester("run", tmp_path / "collection", "--results", results).returncode == 0
    first, second = sorted(path.stem for path in results.glob("*.json"))
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", first)
    assert second.startswith(f"{first}T")
    assert {path.stem for path in results.glob("*.html")} == {first, second}
    assert json.loads((results / f"{first}.json").read_text())["format"] == 1
