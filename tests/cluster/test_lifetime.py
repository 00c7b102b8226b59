"""A cluster leaves nothing behind, however it ends, and a machine has one at a time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ..support.waiting import until
from .errors import ClusterError
from .node.box import alone, bring_up, take_down
from .node.record import read_record
from .places import CLONE, KUBECONFIG, STATE
from .report import Report
from .requirements_of_machine import obstacle
from .supply.everything import make_everything
from .traces import traces

pytestmark = pytest.mark.timeout(900)

_USE = """
import signal
from tests.cluster.report import Report
from tests.cluster.session import usable_cluster
signal.signal(signal.SIGINT, signal.default_int_handler)  # it is ignored below a shell's background job
with usable_cluster(Report()):
    print("usable", flush=True)
    signal.pause()
"""


@contextmanager
def _user_of_a_cluster() -> Iterator[subprocess.Popen[str]]:
    user = subprocess.Popen([sys.executable, "-c", _USE], cwd=CLONE, text=True, stdout=subprocess.PIPE)
    try:
        yield user
    finally:
        user.kill()
        user.wait()


def _warden_of(user: int) -> int:
    children = Path(f"/proc/{user}/task/{user}/children").read_text(encoding="utf-8").split()
    words = {int(child): Path(f"/proc/{child}/cmdline").read_text(encoding="utf-8") for child in children}
    return next(child for child, line in words.items() if "tests.cluster.warden" in line)


def _nothing_is_left(before: dict[str, list[str]]) -> None:
    def gone() -> bool:
        return not STATE.exists() and read_record() is None

    until(gone, "the end of the cluster", timeout_s=240)
    until(lambda: traces()["processes"] == before["processes"], "the end of its processes", timeout_s=240)
    assert traces() == before


def test_a_second_one_is_refused_and_a_killed_user_leaves_nothing(no_cluster: Report) -> None:
    before = traces()
    supply = make_everything(no_cluster)
    with _user_of_a_cluster() as user:
        assert user.stdout is not None
        assert user.stdout.readline() == "usable\n"
        assert KUBECONFIG.exists()
        assert traces() != before
        with pytest.raises(ClusterError, match="runs already"):
            bring_up(supply, no_cluster)
        user.kill()
        user.wait()
        _nothing_is_left(before)


def test_an_interrupted_start_leaves_nothing(no_cluster: Report) -> None:
    before = traces()
    make_everything(no_cluster)
    with _user_of_a_cluster() as user:
        until(
            lambda: (STATE / "logs" / "kube-apiserver.log").exists(),
            "the start of the API server",
            timeout_s=240,
        )
        user.send_signal(signal.SIGINT)
        user.wait()
        _nothing_is_left(before)


def test_what_a_crash_of_everything_left_is_removed_by_down(no_cluster: Report) -> None:
    before = traces()
    make_everything(no_cluster)
    with _user_of_a_cluster() as user:
        until(
            lambda: (STATE / "logs" / "kube-apiserver.log").exists(),
            "the start of the API server",
            timeout_s=240,
        )
        os.kill(_warden_of(user.pid), signal.SIGKILL)
        user.kill()
        user.wait()
        assert traces() != before
        take_down(no_cluster)
        _nothing_is_left(before)


def test_two_processes_do_not_start_one_at_once(no_cluster: Report) -> None:
    with alone(), pytest.raises(ClusterError, match="another process"), alone(patience_s=0):
        pytest.fail("both were let in")


@pytest.mark.parametrize("account", [0, 1000])
def test_a_machine_that_cannot_is_told_what_it_needs(account: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: account)
    monkeypatch.setattr("shutil.which", lambda name: None)
    monkeypatch.setattr(Path, "exists", lambda path: False)
    reason = obstacle() or ""
    assert ("needs root" in reason) if account else ("containerd" in reason)
