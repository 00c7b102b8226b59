"""What happens when a part dies."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
from typing import Any

from ..support.small_clone import SmallClone
from ..support.waiting import until


def _parts(clone: SmallClone) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(clone.run("status", "--json").stdout)["parts"]
    return found


def _log(clone: SmallClone, name: str) -> str:
    return (clone.data / "logs" / f"{name}.log").read_text()


def test_a_part_that_dies_is_started_again_and_this_is_said(clone: SmallClone) -> None:
    clone.up()
    pid = _parts(clone)["archive"]["pid"]
    os.kill(pid, signal.SIGKILL)
    until(lambda: _parts(clone)["archive"]["restarts"] == 1, "the death was seen")
    until(lambda: _parts(clone)["archive"]["healthy"], "it is healthy again")
    assert _parts(clone)["archive"]["pid"] != pid
    assert "archive was ended by signal 9; it is started again" in _log(clone, "supervisor")
    assert "started again once" in clone.run("status").stdout


def test_a_part_that_hangs_is_ended_and_started_again_and_this_is_said(clone: SmallClone) -> None:
    clone.up(ASTROHUB_PATIENCE_S="2")
    before = _parts(clone)
    os.kill(before["archive"]["pid"], signal.SIGSTOP)
    until(lambda: _parts(clone)["archive"]["restarts"] == 1, "it was ended")
    until(lambda: _parts(clone)["archive"]["healthy"], "it is healthy again")
    said = re.search(r"archive (did not answer for \d+ s and was ended)", _log(clone, "supervisor"))
    assert said is not None
    assert f"started again once (it {said[1]})" in clone.run("status").stdout
    after = _parts(clone)
    assert after["archive"]["lastEnd"] == said[1]
    others = [name for name in after if name != "archive"]
    assert [after[name]["pid"] for name in others] == [before[name]["pid"] for name in others]


def test_a_patience_that_is_no_number_is_refused(clone: SmallClone) -> None:
    result = clone.up(ASTROHUB_PATIENCE_S="long")
    assert result.returncode == 1
    assert result.stderr == (
        "ASTROHUB_PATIENCE_S is 'long': give a number of seconds, 1 or more, or unset it.\n"
    )
    assert clone.calls() == []


def test_the_hub_tells_a_new_proxy_the_routes_again(clone: SmallClone) -> None:
    clone.up()
    os.kill(_parts(clone)["proxy"]["pid"], signal.SIGKILL)
    until(lambda: "routes told" in _log(clone, "hub"), "the hub was asked to")


def test_a_part_that_keeps_dying_is_tried_at_growing_distances(clone: SmallClone) -> None:
    clone.up()
    (clone.faults / "archive").write_text("the database is locked")
    os.kill(_parts(clone)["archive"]["pid"], signal.SIGKILL)
    until(lambda: "started again in 2 s" in _log(clone, "supervisor"), "the third try")
    assert clone.run("status").returncode == 1
    status = clone.run("status").stdout
    assert "✗ archive" in status
    assert "ended with exit code 7" in status
    (clone.faults / "archive").unlink()
    until(lambda: clone.run("status").returncode == 0, "it recovers")


def test_a_part_that_dies_at_the_start_shows_its_last_lines(clone: SmallClone) -> None:
    (clone.faults / "hub").write_text("servers.pollS: must be at least 1")
    result = clone.up()
    assert result.returncode == 1
    assert "The hub ended with exit code 7, so the platform was not started." in result.stderr
    assert "servers.pollS: must be at least 1" in result.stderr
    assert str(clone.data / "logs" / "hub.log") in result.stderr
    assert "Traceback" not in result.stderr
    until(lambda: clone.processes() == [], "nothing is left behind")
    status = clone.run("status")
    assert status.returncode == 3
    assert "Its last start failed: The hub ended with exit code 7" in status.stderr


def test_a_start_that_fails_before_any_part_shows_why(clone: SmallClone) -> None:
    clone.up()
    clone.run("down")
    settings = clone.data / "run" / "hub.json"
    settings.unlink()
    (settings / "something").mkdir(parents=True)
    result = clone.up()
    assert result.returncode == 1
    assert "The platform did not start. Its last lines follow" in result.stderr
    assert f"{settings}: Is a directory" in result.stderr
    assert "Traceback" not in result.stderr
    shutil.rmtree(settings)
    assert clone.up().returncode == 0


def test_a_start_after_a_failed_one_works(clone: SmallClone) -> None:
    (clone.faults / "archive").write_text("not yet")
    assert clone.up().returncode == 1
    (clone.faults / "archive").unlink()
    assert clone.up().returncode == 0


def test_parts_whose_supervisor_was_killed_are_ended_by_down(clone: SmallClone) -> None:
    clone.up()
    os.kill(json.loads(clone.run("status", "--json").stdout)["supervisor"], signal.SIGKILL)
    until(lambda: clone.run("status").returncode == 3, "the supervisor is gone")
    assert clone.processes()
    assert "some of its parts still run" in clone.run("status").stderr
    assert "Stopped" in clone.run("down").stdout
    assert clone.processes() == []


def test_parts_whose_supervisor_was_killed_do_not_hinder_the_next_up(clone: SmallClone) -> None:
    clone.up()
    left = clone.processes()
    os.kill(json.loads(clone.run("status", "--json").stdout)["supervisor"], signal.SIGKILL)
    until(lambda: clone.run("status").returncode == 3, "the supervisor is gone")
    result = clone.up()
    assert result.returncode == 0, result.stderr
    assert not set(left) & set(clone.processes())
