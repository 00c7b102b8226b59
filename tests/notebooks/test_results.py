"""What the notebook tester found, as the collection's page tells it. The reports are the tester's own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from nbtester.models import Failure, FailureKind, Finding, NotebookResult, Outcome, RunResult
from nbtester.report.html import write_html
from nbtester.report.json_file import write_json

from .service import Service, published, serving, until, write_settings

PLAIN = {"a.ipynb": "{}", "b/c.ipynb": "{}"}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Service, Path]]:
    folder = tmp_path_factory.mktemp("service")
    for name, text in PLAIN.items():
        file = folder / "source" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    settings = write_settings(
        folder, source={"kind": "folder", "path": str(folder / "source"), "pollS": 3600}
    )
    with serving(folder, settings) as service:
        until(lambda: published(folder) == PLAIN, "the first version")
        yield service, folder / "published" / "results"


@pytest.fixture
def service(running: tuple[Service, Path]) -> Service:
    return running[0]


@pytest.fixture
def results(running: tuple[Service, Path]) -> Iterator[Path]:
    """The folder of the reports, empty."""
    folder = running[1]
    folder.mkdir(exist_ok=True)
    yield folder
    for file in folder.iterdir():
        file.unlink()


def _failed(path: str, message: str = "NameError: name 'ra' is not defined", cell: int = 3) -> NotebookResult:
    failure = Failure(FailureKind.ERROR, message, cell=cell)
    return NotebookResult(
        path, Outcome.FAILED, failures=(failure,), wall_s=2.5, peak_memory_bytes=210_000_000
    )


def _passed(path: str) -> NotebookResult:
    return NotebookResult(path, Outcome.PASSED, wall_s=11.2, peak_memory_bytes=180_000_000)


def _report(folder: Path, day: int, *notebooks: NotebookResult, findings: tuple[Finding, ...] = ()) -> None:
    """Write a run's reports as the tester does."""
    started = datetime(2026, 11, day, 3, tzinfo=UTC)
    run = RunResult(Path("collection"), started, 14.0, notebooks, findings)
    write_json(run, folder / f"2026-11-{day:02}.json")
    write_html(run, folder / f"2026-11-{day:02}.html", cells_of="none")


def test_without_results_the_page_lists_what_nobody_has_tested(service: Service, results: Path) -> None:
    page = service.get("/").text
    assert "No test results yet" in page
    assert page.count("not tested") == 2
    assert "b/<wbr>c<wbr>.ipynb" in page
    assert service.get("/results").json()["runs"] == []


def test_a_broken_notebook_is_told_with_its_cause_and_since_when(service: Service, results: Path) -> None:
    _report(results, 18, _failed("a.ipynb"), _passed("b/c.ipynb"))
    _report(results, 19, _passed("a.ipynb"), _passed("b/c.ipynb"))
    _report(results, 20, _failed("a.ipynb", "KeyError: 'dec'"), _passed("b/c.ipynb"))
    _report(results, 21, _failed("a.ipynb"), _passed("b/c.ipynb"))
    first, second = service.get("/results").json()["notebooks"]
    assert (first["path"], first["outcome"]) == ("a.ipynb", "failed")
    assert first["failingSince"] == "2026-11-20T03:00:00+00:00"
    assert first["cause"] == "cell 3: NameError: name 'ra' is not defined"
    assert (second["outcome"], second["failingSince"]) == ("passed", None)
    page = service.get("/").text
    assert "fails since 2026-11-20: cell 3: NameError: name &#39;ra&#39; is not defined" in page
    assert "1 of 2 fails" in page
    assert page.index("a<wbr>.ipynb") < page.index("b/<wbr>c<wbr>.ipynb")


def test_each_notebook_keeps_its_last_result_when_a_run_tests_only_some(
    service: Service, results: Path
) -> None:
    _report(results, 20, _passed("a.ipynb"), _failed("b/c.ipynb"))
    _report(results, 21, _passed("a.ipynb"), NotebookResult("b/c.ipynb", Outcome.STOPPED))
    broken, passed = service.get("/results").json()["notebooks"]
    assert (broken["path"], broken["run"]) == ("b/c.ipynb", "2026-11-20")
    assert (passed["path"], passed["run"]) == ("a.ipynb", "2026-11-21")


def test_the_report_of_a_run_is_linked_and_sandboxed(service: Service, results: Path) -> None:
    _report(results, 21, _passed("a.ipynb"), _failed("b/c.ipynb"))
    assert 'href="/services/notebooks/results/2026-11-21.html#notebook-2"' in service.get("/").text
    answer = service.get("/results/2026-11-21.html")
    assert 'id="notebook-2"' in answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("sandbox; default-src 'none'")
    assert "allow-" not in policy
    assert "script-src" not in policy


def test_what_a_notebook_printed_cannot_act_in_the_page(service: Service, results: Path) -> None:
    found = Finding("fitness", "fail", "<i>d</i>.ipynb", "<script>alert(2)</script>")
    _report(results, 21, _failed("a.ipynb", "<script>alert(1)</script>\ud800\nmore"), findings=(found,))
    page = service.get("/").text
    assert "<script" not in page
    assert "cell 3: &lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "&lt;i&gt;d&lt;/<wbr>i&gt;<wbr>.ipynb" in page


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"nonsense",
        b'{"format": 2}',
        b'{"format": 1}',
        b"[" * 100_000,
        b'{"format": 1, "started": 1}',
    ],
    ids=["empty", "list", "words", "newer", "hollow", "deep", "time"],
)
def test_a_report_that_cannot_be_read_is_told_and_the_others_count(
    service: Service, results: Path, content: bytes
) -> None:
    _report(results, 20, _passed("a.ipynb"))
    (results / "odd.json").write_bytes(content)
    said = service.get("/results").json()
    assert [run["name"] for run in said["runs"]] == ["2026-11-20"]
    assert said["faults"][0].startswith("odd.json: ")
    assert "A report is left out. odd.json: " in service.get("/").text


@pytest.mark.parametrize(
    "name", ["2026-11-21.json", "..%2Fhistory.json", "link.html", "none.html", ".hidden.html"]
)
def test_only_pages_of_runs_are_served(service: Service, results: Path, name: str) -> None:
    _report(results, 21, _passed("a.ipynb"))
    (results / ".hidden.html").write_text("x")
    os.symlink("/etc/hostname", results / "link.html")
    answer = service.get(f"/results/{name}")
    assert answer.status_code == 404
