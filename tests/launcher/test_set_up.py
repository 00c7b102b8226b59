"""The set-up: what makes it fail is told, what was finished stays."""

from __future__ import annotations

import os
import signal
import stat
import subprocess

import pytest

from ..support.door import ORDINARY_UID
from ..support.small_clone import SmallClone, give_away
from ..support.small_disk import filled, small_disk
from ..support.waiting import until

FAULTS = [
    (
        "error: Failed to fetch\n  Caused by: dns error: failed to lookup address",
        "cannot be reached: check the network",
    ),
    ("error: No space left on device (os error 28)", "the disk is full"),
    ("error: Read-only file system (os error 30)", "the file system is read-only"),
    ("error: Hash mismatch for `one==1.0`", "not what the lock names"),
    ("error: Permission denied (os error 13)", "may not write there"),
    ("error: invalid peer certificate: UnknownIssuer", "certificate is not trusted"),
]


@pytest.mark.parametrize(("said", "cause"), FAULTS)
def test_a_step_that_fails_tells_its_cause_in_plain_words(clone: SmallClone, said: str, cause: str) -> None:
    (clone.faults / "uv-hub").write_text(said)
    result = clone.up()
    assert result.returncode == 1
    assert "“Hub: 1 locked packages” failed (uv):" in result.stderr
    assert cause in result.stderr
    assert said.splitlines()[-1] in result.stderr
    assert "Traceback" not in result.stderr
    assert not (clone.data / "sample-accounts").exists()


def test_a_fault_of_npm_shows_the_lines_that_say_why(clone: SmallClone) -> None:
    lines = [
        "npm error code EINTEGRITY",
        "npm error sha512 is wrong",
        *("npm error option" for _ in range(40)),
    ]
    (clone.faults / "npm").write_text("\n".join(lines))
    result = clone.up()
    assert result.returncode == 1
    assert "npm error sha512 is wrong" in result.stderr
    assert "not what the lock names" in result.stderr


def test_names_and_passwords_in_addresses_are_not_repeated(clone: SmallClone) -> None:
    (clone.faults / "uv-hub").write_text("error: https://me:secret@index.example/simple cannot be reached")
    result = clone.up()
    assert "https://index.example/simple" in result.stderr
    log = (clone.data / "logs" / "set-up" / "packages-hub.log").read_text()
    assert "secret" not in result.stderr + result.stdout + log


def test_a_mended_fault_goes_on_where_it_stopped(clone: SmallClone) -> None:
    (clone.faults / "npm").write_text("npm error network ENOTFOUND")
    assert clone.up().returncode == 1
    (clone.faults / "npm").unlink()
    result = clone.up()
    assert result.returncode == 0, result.stderr
    # npm is the hub's environment's, so that one was finished before npm could fail.
    assert sum(call.startswith("pip sync") and call.endswith("/hub.txt") for call in clone.calls()) == 1
    assert clone.calls().count("npm ci") >= 3


def test_nobody_else_can_hold_the_lock_of_an_environment(clone: SmallClone) -> None:
    clone.up()
    locks = list((clone.data / "environments").glob("*/.lock"))
    assert len(locks) >= 4
    assert {stat.S_IMODE(lock.stat().st_mode) for lock in locks} == {0o600}


def test_a_changed_lock_is_installed_at_the_next_up(clone: SmallClone) -> None:
    clone.up()
    clone.run("down")
    before = len(clone.calls())
    (clone.clone / "requirements" / "archive.txt").write_text("one==2.0\n")
    clone.up()
    asked = clone.calls()[before:]
    assert [call.split()[1] for call in asked] == ["sync", "install"]
    assert all("/archive" in call for call in asked)


def test_an_environment_that_was_removed_is_made_again(clone: SmallClone) -> None:
    clone.up()
    clone.run("down")
    (clone.data / "environments" / "lab" / "bin" / "python").unlink()
    result = clone.up()
    assert result.returncode == 0, result.stderr
    assert (clone.data / "environments" / "lab" / "bin" / "python").exists()


def test_ctrl_c_ends_the_tools_and_the_next_up_goes_on(clone: SmallClone) -> None:
    (clone.faults / "wait-lab").touch()
    process = clone.begin("up", "--detach", "--port", str(clone.port))
    until(lambda: any("lab.txt" in call for call in clone.calls()), "the lab's packages are under way")
    until(
        lambda: (clone.data / "environments" / "hub" / ".astrohub-stamp.json").exists(), "the hub's are there"
    )
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "the same command goes on from here" in said
    assert "Traceback" not in said
    until(lambda: clone.processes() == [], "the tools have ended")
    (clone.faults / "wait-lab").unlink()
    result = clone.up()
    assert result.returncode == 0, result.stderr
    assert sum("hub.txt" in call for call in clone.calls()) == 1


def test_a_killed_set_up_leaves_tools_that_the_next_one_ends(clone: SmallClone) -> None:
    (clone.faults / "wait-lab").touch()
    process = clone.begin("up", "--detach", "--port", str(clone.port))
    until(lambda: any("lab.txt" in call for call in clone.calls()), "the lab's packages are under way")
    process.kill()
    process.communicate(timeout=120)
    left = clone.processes()
    assert left
    (clone.faults / "wait-lab").rename(clone.faults / "wait-nothing")
    result = clone.up()
    assert result.returncode == 0, result.stderr
    assert not set(left) & set(clone.processes())


def test_a_second_set_up_at_once_is_sent_away(clone: SmallClone) -> None:
    (clone.faults / "wait-lab").touch()
    process = clone.begin("up", "--detach", "--port", str(clone.port))
    until(lambda: any("lab.txt" in call for call in clone.calls()), "the first one is at work")
    result = clone.up()
    assert result.returncode == 75
    assert (
        f"Another set-up is at work in {clone.data / 'environments'} (process {process.pid})" in result.stderr
    )
    (clone.faults / "wait-lab").unlink()
    process.communicate(timeout=120)
    assert process.returncode == 0


def test_a_data_folder_that_cannot_be_written_is_named(
    clone: SmallClone, ordinary_user: tuple[str, ...]
) -> None:
    result = clone.up(before=ordinary_user)
    assert result.returncode == 1
    assert f"The data folder {clone.data} cannot be written" in result.stderr


def test_a_read_only_file_system_is_named(clone: SmallClone) -> None:
    folder = clone.root / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "ro,size=1m", "tmpfs", str(folder)]
    if os.getuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("this account may not mount a read-only file system")
    try:
        result = clone.up("--data", str(folder / "data"))
    finally:
        subprocess.run(["umount", str(folder)], check=True)
    assert result.returncode == 1
    assert f"{folder / 'data'} lies on a read-only file system" in result.stderr


def test_a_full_disk_is_named_and_nothing_is_lost(clone: SmallClone) -> None:
    folder = clone.root / "disk"
    folder.mkdir()
    with small_disk(folder, size="30m"):
        folder.chmod(0o755)
        words = ("--data", str(folder / "data"))
        assert clone.up(*words).returncode == 0
        accounts = (folder / "data" / "hub" / "accounts.json").read_text()
        clone.run("down", *words)
        with filled(folder):
            result = clone.up(*words)
            assert result.returncode == 1
            assert len(result.stderr.splitlines()) == 1
            assert "has only 0.0 MB left; the disk is full: free some space" in result.stderr
        assert clone.up(*words).returncode == 0
        assert (folder / "data" / "hub" / "accounts.json").read_text() == accounts
        clone.run("down", *words)


def test_an_ordinary_user_runs_everything_as_themselves(
    clone: SmallClone, ordinary_user: tuple[str, ...]
) -> None:
    give_away(clone.root)
    result = clone.up(before=ordinary_user)
    assert result.returncode == 0, result.stderr
    assert {os.stat(f"/proc/{pid}").st_uid for pid in clone.processes()} == {ORDINARY_UID}
    assert stat.S_IMODE(clone.data.stat().st_mode) == 0o700
    assert clone.run("down", before=ordinary_user).returncode == 0


def test_a_clone_that_cannot_be_written_is_built_elsewhere(
    clone: SmallClone, ordinary_user: tuple[str, ...]
) -> None:
    for folder in ("workshop", "home"):
        give_away(clone.root / folder)
    clone.data.mkdir()
    give_away(clone.data)
    result = clone.up(before=ordinary_user)
    assert result.returncode == 0, result.stderr
    assert (clone.data / "build" / "extensions" / "astrohub_lab" / "labextension" / "package.json").exists()
    assert any(str(clone.data / "build" / "extensions") in call for call in clone.calls())
    clone.run("down", before=ordinary_user)
