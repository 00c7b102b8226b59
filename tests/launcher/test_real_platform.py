"""The launcher over the real parts: healthy, restarted, down and up again."""

from __future__ import annotations

import os
import re
import signal
import sys
import urllib.request
from typing import Any

from ..support.platform import RunningPlatform
from ..support.waiting import until


def _parts(platform: RunningPlatform) -> dict[str, Any]:
    found: dict[str, Any] = platform.status()["parts"]  # type: ignore[assignment]
    return found


def _answers(platform: RunningPlatform) -> bool:
    address = f"{platform.url}/services/archive/tap/availability"
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def test_all_parts_are_healthy(platform: RunningPlatform) -> None:
    until(lambda: bool(platform.status()["healthy"]), "all is healthy")
    assert platform.status()["url"] == platform.url


def test_a_token_of_the_hub_is_printed_alone(platform: RunningPlatform) -> None:
    assert re.fullmatch(r"\S{20,}", platform.token("researcher"))


def test_a_scope_that_does_not_exist_is_refused_in_a_sentence(platform: RunningPlatform) -> None:
    result = platform.run("token", "researcher", "--scope", "custom:archive:everything")
    assert (result.returncode, result.stdout) == (1, "")
    assert "custom:archive:everything" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_user_that_nobody_knows_gets_no_token(platform: RunningPlatform) -> None:
    result = platform.run("token", "nobody")
    assert (result.returncode, result.stderr) == (1, "There is no user 'nobody'.\n")


def test_the_archive_is_reached_again_after_the_proxy_died(platform: RunningPlatform) -> None:
    before = _parts(platform)["proxy"]
    os.kill(before["pid"], signal.SIGKILL)
    until(lambda: _parts(platform)["proxy"]["restarts"] > before["restarts"], "the death was seen")
    until(lambda: _answers(platform), "the routes are back")
    until(lambda: platform.run("status").returncode == 0, "all is healthy again")


def test_a_second_up_finds_everything_done(platform: RunningPlatform) -> None:
    assert platform.run("down").returncode == 0
    assert not _answers(platform)
    result = platform.up()
    assert result.returncode == 0, result.stderr
    assert "Everything is there already" in result.stdout
    until(lambda: _answers(platform), "the archive answers")
    ready = re.search(r"ready after (\S+ s)", result.stdout)
    assert ready is not None
    sys.stdout.write(f"second up: {ready[1]}\n")
