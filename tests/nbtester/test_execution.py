"""How notebooks run, and what is said of those that do not reach their end."""

from __future__ import annotations

import os
import socket
import threading
import time
from pathlib import Path
from typing import Any

import psutil
import pytest
from jupyter_client.connect import LocalPortCache

from nbtester import Event, Outcome, Settings, Stopper, run_collection

from .collections_on_disk import make_notebook, nbtester, result_of, tagged


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """One run over notebooks that each end in their own way."""
    collection = tmp_path_factory.mktemp("run") / "collection"
    cells: dict[str, tuple[Any, ...]] = {
        "good": ("print(1)", tagged("1/0", "raises-exception")),
        "error": ("1/0", "print('never')"),
        "hang": ("import time; time.sleep(1000)",),
        "stuck": ("import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN); time.sleep(1000)",),
        "killed": ("import os; os.kill(os.getpid(), 9)",),
        "gone": ("import os; os._exit(3)",),
        "crash": ("import ctypes; ctypes.string_at(0)",),
        "memory": ("x = b'a' * 400_000_000\nimport time; time.sleep(1000)",),
        "liar": ("print('500 Internal Server Error')", "print('went on')"),
        "html_liar": ("from IPython.display import HTML\nHTML('<b>503</b> Service <i>Unavailable</i>')",),
        "honest": (tagged("print('500 Internal Server Error')", "nbtester-expected-output"),),
        "soft": (tagged("1/0", "nbtester-soft:site-is-down"), "print('on')"),
        "skip": (tagged("1/0", "nbtester-skip:needs-a-gpu"), "print('on')"),
        "flood": ("for _ in range(30): print('x' * 1_000_000)",),
    }
    for name, content in cells.items():
        # Only these two are to run out of their time, however busy the machine is.
        own = {} if name in ("hang", "stuck") else {"nbtester": {"cellTimeoutS": 120}}
        make_notebook(collection / f"{name}.ipynb", *content, **own)
    make_notebook(collection / "kernel.ipynb", "1", kernel="no-such-kernel")
    make_notebook(collection / "soft_all.ipynb", "1/0", nbtester={"soft": "being rewritten"})
    make_notebook(collection / "skip_all.ipynb", "1/0", nbtester={"skip": "needs a cluster"})
    (collection / "unreadable.ipynb").write_text("{")
    results = result_of(collection, "--cell-timeout", "4", "--memory-limit", "300", "--jobs", "3")
    return {Path(path).stem: result for path, result in results.items()}


@pytest.mark.parametrize(
    ("name", "kind", "cell", "words"),
    [
        ("error", "error", 2, "ZeroDivisionError: division by zero"),
        ("hang", "timeout", 2, "longer than its limit of 4 s."),
        ("stuck", "timeout", 2, "did not react to an interruption"),
        ("killed", "dead-kernel", 2, "SIGKILL (signal 9). It had used"),
        ("gone", "dead-kernel", 2, "exit code 3"),
        ("crash", "dead-kernel", 2, "SIGSEGV"),
        ("memory", "out-of-memory", 2, "limit of 300 MB"),
        ("liar", "suspicious-output", 2, "500 Internal Server Error"),
        ("html_liar", "suspicious-output", 2, "503"),
        ("kernel", "kernel", None, "'no-such-kernel' is not installed here; installed are:"),
        ("unreadable", "unreadable", None, "not a valid notebook"),
    ],
)
def test_a_broken_notebook_is_told_with_cell_and_cause(
    broken: dict[str, dict[str, Any]], name: str, kind: str, cell: int | None, words: str
) -> None:
    assert broken[name]["outcome"] == "failed"
    failure = broken[name]["failures"][0]
    assert (failure["kind"], failure["cell"]) == (kind, cell)
    assert words in failure["message"]


@pytest.mark.parametrize("name", ["good", "honest", "flood", "skip"])
def test_a_sound_notebook_passes(broken: dict[str, dict[str, Any]], name: str) -> None:
    assert broken[name]["outcome"] == "passed", broken[name]


def test_an_interrupted_cell_shows_where_it_hung(broken: dict[str, dict[str, Any]]) -> None:
    assert "time.sleep" in broken["hang"]["failures"][0]["traceback"]


def test_soft_failures_are_reported_with_their_reason_and_the_notebook_goes_on(
    broken: dict[str, dict[str, Any]],
) -> None:
    assert (broken["soft"]["outcome"], broken["soft"]["cellsRun"]) == ("soft", 3)
    assert broken["soft"]["failures"][0]["soft"] == "site is down"
    assert (broken["soft_all"]["outcome"], broken["soft_all"]["failures"][0]["soft"]) == (
        "soft",
        "being rewritten",
    )


def test_skipping_is_told_with_its_reason(broken: dict[str, dict[str, Any]]) -> None:
    assert broken["skip"]["skippedCells"] == [{"cell": 2, "reason": "needs a gpu"}]
    assert (broken["skip_all"]["outcome"], broken["skip_all"]["reason"]) == ("skipped", "needs a cluster")


def test_time_and_memory_of_each_kernel_are_measured(broken: dict[str, dict[str, Any]]) -> None:
    assert 20e6 < broken["good"]["peakMemoryBytes"] < 300e6
    assert broken["memory"]["peakMemoryBytes"] > 300e6
    assert broken["hang"]["wallS"] > 4


def test_output_beyond_the_limit_is_cut_and_told(broken: dict[str, dict[str, Any]]) -> None:
    assert broken["flood"]["outputCut"]
    assert not broken["good"]["outputCut"]


def test_the_source_is_never_touched_and_notebooks_do_not_meet(tmp_path: Path) -> None:
    collection = tmp_path / "collection"
    write = "from pathlib import Path\nassert not Path('made').exists()\nPath('made').write_text('x')\n"
    for name in ("a", "b"):
        make_notebook(collection / f"one/{name}.ipynb", write + "Path('data.txt').write_text('changed')")
    (collection / "one/data.txt").write_text("given")
    (collection / "one/outside").symlink_to("/etc/hostname")
    before = {path: path.read_bytes() for path in collection.rglob("*") if path.is_file()}
    results = run_collection(collection, Settings(jobs=2)).notebooks
    assert [result.outcome for result in results] == [Outcome.PASSED, Outcome.PASSED], results
    assert {path: path.read_bytes() for path in collection.rglob("*") if path.is_file()} == before


def test_the_whole_collection_is_copied_when_that_is_set(tmp_path: Path) -> None:
    collection = tmp_path / "collection"
    (collection / "shared").mkdir(parents=True)
    (collection / "shared/data.txt").write_text("x")
    make_notebook(collection / "one/a.ipynb", "open('../shared/data.txt').read()")
    config = tmp_path / "settings.yaml"
    config.write_text("workingCopy: {scope: collection}\n")
    assert nbtester("run", collection).returncode == 1
    assert nbtester("run", collection, "--config", config).returncode == 0


def test_notebooks_run_side_by_side(tmp_path: Path) -> None:
    """Each waits for the other, so that neither passes alone."""
    for me, other in (("a", "b"), ("b", "a")):
        source = (
            f"import pathlib, time\npathlib.Path({str(tmp_path)!r}, {me!r}).touch()\n"
            f"while not pathlib.Path({str(tmp_path)!r}, {other!r}).exists(): time.sleep(0.05)"
        )
        make_notebook(tmp_path / f"collection/{me}.ipynb", source)
    result = run_collection(tmp_path / "collection", Settings(jobs=2, cell_timeout_s=60))
    assert result.counts[Outcome.PASSED] == 2


def test_a_kernel_whose_port_is_taken_before_it_starts_gets_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_notebook(tmp_path / "collection/a.ipynb", "print(1)")
    find, given = LocalPortCache.find_available_port, []
    with socket.create_server(("127.0.0.1", 0)) as other:

        def find_taken_at_first(cache: LocalPortCache, ip: str) -> int:
            given.append(other.getsockname()[1] if not given else find(cache, ip))
            return given[-1]

        monkeypatch.setattr(LocalPortCache, "find_available_port", find_taken_at_first)
        result = run_collection(tmp_path / "collection", Settings()).notebooks[0]
    assert (result.outcome, result.failures) == (Outcome.PASSED, ())
    assert len(given) == 10  # five for each of two processes


def test_a_repeated_notebook_that_passes_is_called_flaky(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    source = f"import pathlib\nm = pathlib.Path({str(mark)!r})\nseen = m.exists()\nm.touch()\nassert seen"
    make_notebook(tmp_path / "collection/a.ipynb", source)
    assert run_collection(tmp_path / "collection", Settings()).notebooks[0].outcome is Outcome.FAILED
    mark.unlink()
    again = run_collection(tmp_path / "collection", Settings(retries=1)).notebooks[0]
    assert (again.outcome, again.attempts, again.is_flaky) == (Outcome.PASSED, 2, True)


def test_stopping_ends_kernels_with_their_children_and_keeps_results(tmp_path: Path) -> None:
    child = "import subprocess, time\nprint(subprocess.Popen(['sleep', '1000']).pid)\ntime.sleep(1000)"
    make_notebook(tmp_path / "collection/a.ipynb", "print('done')")
    make_notebook(tmp_path / "collection/b.ipynb", child)
    make_notebook(tmp_path / "collection/c.ipynb", "print('never')")
    stopper = Stopper()
    mine: list[psutil.Process] = []
    others = set(psutil.Process(os.getpid()).children(recursive=True))  # of tests before this one

    def stop_when_it_hangs() -> None:
        deadline = time.monotonic() + 200
        while time.monotonic() < deadline and not stopper.is_set:
            found = set(psutil.Process(os.getpid()).children(recursive=True)) - others
            if any(_name(process) == "sleep" for process in found):
                mine.extend(found)
                stopper.set()
            threading.Event().wait(0.1)
        stopper.set()

    def listener(event: Event) -> None:
        if event.path == "b.ipynb" and event.cell == 2:
            threading.Thread(target=stop_when_it_hangs).start()

    result = run_collection(tmp_path / "collection", Settings(jobs=1), stopper=stopper, listener=listener)
    outcomes = [notebook.outcome for notebook in result.notebooks]
    assert outcomes == [Outcome.PASSED, Outcome.STOPPED, Outcome.STOPPED]
    assert result.was_stopped
    _, alive = psutil.wait_procs(mine, timeout=60)
    assert mine
    assert not [process for process in alive if process.status() != psutil.STATUS_ZOMBIE]


def _name(process: psutil.Process) -> str:
    try:
        return process.name()
    except psutil.NoSuchProcess:
        return ""
