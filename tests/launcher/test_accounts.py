"""As root: which account runs what, and what happens when that account cannot reach something."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ..support.small_clone import SmallClone

SERVICE_UID = 61080

pytestmark = pytest.mark.skipif(
    os.getuid() != 0, reason="only root gives archive and user servers an account of their own"
)


def _owner(path: Path) -> int:
    return path.stat().st_uid


def test_the_archive_runs_without_rights_and_the_hub_as_root(clone: SmallClone) -> None:
    clone.up()
    logs = {name: (clone.data / "logs" / f"{name}.log").read_text() for name in ("proxy", "hub", "archive")}
    assert f"archive begins as {SERVICE_UID}" in logs["archive"]
    assert "hub begins as 0" in logs["hub"]
    assert "proxy begins as 0" in logs["proxy"]


def test_each_folder_belongs_to_whom_it_must(clone: SmallClone) -> None:
    clone.up()
    assert _owner(clone.data / "archive") == SERVICE_UID
    assert _owner(clone.data / "run" / "archive.json") == SERVICE_UID
    for name in ("public", "hub", "run", "logs"):
        assert _owner(clone.data / name) == 0


def test_a_clone_that_the_account_cannot_read_is_copied_not_linked(clone: SmallClone) -> None:
    clone.clone.chmod(0o700)
    result = clone.up()
    assert result.returncode == 0, result.stderr
    installs = [call for call in clone.calls() if call.startswith("pip install")]
    assert installs
    assert not any("--editable" in call for call in installs)
    assert (clone.data / "build" / "config" / "local" / "archive.yaml").exists()


def test_a_clone_that_the_account_can_read_is_linked(clone: SmallClone) -> None:
    clone.up()
    assert all("--editable" in call for call in clone.calls() if call.startswith("pip install"))


def test_data_of_an_unreadable_clone_lie_outside_and_this_is_said(clone: SmallClone) -> None:
    clone.clone.chmod(0o700)
    variables = clone.variables()
    from ..support.door import run_door

    result = run_door("status", clone=clone.clone, env=variables)
    assert f"is not running in /var/lib/astrohub/{clone.clone.name}-" in result.stderr


def test_a_data_folder_that_the_account_cannot_enter_is_refused(clone: SmallClone) -> None:
    closed = clone.root / "closed"
    closed.mkdir(mode=0o700)
    result = clone.up("--data", str(closed / "data"))
    assert result.returncode == 1
    assert f"cannot enter {closed}" in result.stderr


def test_a_python_that_the_account_cannot_run_is_replaced_and_this_is_said(clone: SmallClone) -> None:
    closed = clone.root / "closed"
    (closed / "bin").mkdir(parents=True)
    private = closed / "bin" / "python3"
    private.write_bytes(Path(os.path.realpath("/usr/bin/python3")).read_bytes())
    private.chmod(0o755)
    closed.chmod(0o700)
    result = clone.up(ASTROHUB_PYTHON=str(private))
    assert result.returncode == 0, result.stderr
    assert f"cannot run {private}; /usr/bin/python3 is taken instead" in result.stdout
