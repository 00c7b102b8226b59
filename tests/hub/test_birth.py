"""A process is told from a later one with the same number."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from astrohub_hub.birth import birth

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs Linux's /proc")


def test_a_running_process_was_born_at_one_time() -> None:
    assert birth(os.getpid()) == birth(os.getpid()) != ""


def test_a_process_that_is_gone_was_never_born() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    assert birth(process.pid) == ""


def test_a_name_with_spaces_and_parentheses_does_not_mislead(tmp_path: Path) -> None:
    (tmp_path / "7").mkdir()
    (tmp_path / "7" / "stat").write_text("7 (a) b) S " + " ".join(str(n) for n in range(4, 30)))
    assert birth(7, tmp_path) == "22"


def test_a_process_that_nobody_has_noticed_ending_is_gone() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""], stdout=subprocess.PIPE)
    assert process.stdout
    process.stdout.read()  # ends with the process
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert birth(process.pid) == ""
    process.communicate()
