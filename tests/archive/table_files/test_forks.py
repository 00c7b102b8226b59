"""Tasks in forked children: side by side, ended in time, and nothing is lost when one of them dies."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from astrohub_archive.errors import EngineError
from astrohub_archive.table_files.forks import Forks, Lost

ROOT = Path(__file__).parents[3]
MODULE = "tests.archive.table_files.forked_programs"
TASK = {"memory_mb": 512, "word": "α"}
LONG_S = 100


@pytest.fixture
async def forks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Forks]:
    """A process that forks, ended in the end."""
    monkeypatch.setenv("PYTHONPATH", f"{ROOT}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")
    made = Forks(MODULE, tmp_path / "home")
    yield made
    await made.stop()


async def until(condition: Callable[[], Any]) -> Any:
    """Wait for something that no event announces."""
    async with asyncio.timeout(120):
        while not (found := condition()):  # noqa: ASYNC110 -- another process does it
            await asyncio.sleep(0.01)
    return found


def runs(pid: int) -> bool:
    """Say whether a process is there and has not ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


async def test_tasks_are_done_by_children_of_one_process(forks: Forks) -> None:
    said = await asyncio.gather(*(forks.run("say", TASK, seconds=LONG_S) for _ in range(5)))
    assert len({one["parent"] for one in said}) == 1
    assert len({one["child"] for one in said}) == 5
    assert {one["word"] for one in said} == {"α"}


async def test_a_task_that_takes_too_long_is_ended_and_others_go_on(forks: Forks, tmp_path: Path) -> None:
    await forks.run(
        "say", TASK, seconds=LONG_S
    )  # the process that forks is there: what follows is the child's time
    file = tmp_path / "pid"
    with pytest.raises(TimeoutError):
        await forks.run("hang", {**TASK, "file": str(file)}, seconds=3)
    assert not runs(int(file.read_text()))
    assert (await forks.run("say", TASK, seconds=LONG_S))["word"] == "α"


async def test_a_task_that_nobody_waits_for_is_ended(forks: Forks, tmp_path: Path) -> None:
    file = tmp_path / "pid"
    asked = asyncio.create_task(forks.run("hang", {**TASK, "file": str(file)}, seconds=LONG_S))
    await until(lambda: file.exists() and file.read_text())
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    assert not runs(int(file.read_text()))


async def test_a_child_that_dies_takes_nobody_with_it(forks: Forks) -> None:
    parent = (await forks.run("say", TASK, seconds=LONG_S))["parent"]
    with pytest.raises(Lost):
        await forks.run("die", TASK, seconds=LONG_S)
    assert (await forks.run("say", TASK, seconds=LONG_S))["parent"] == parent


async def test_when_the_process_dies_its_tasks_say_so_and_the_next_starts_another(
    forks: Forks, tmp_path: Path
) -> None:
    parent = (await forks.run("say", TASK, seconds=LONG_S))["parent"]
    file = tmp_path / "pid"
    asked = asyncio.create_task(forks.run("hang", {**TASK, "file": str(file)}, seconds=LONG_S))
    child = int(await until(lambda: file.exists() and file.read_text()))
    os.kill(parent, signal.SIGKILL)
    with pytest.raises(EngineError, match="try again"):
        await asked
    await until(lambda: not runs(child))
    assert (await forks.run("say", TASK, seconds=LONG_S))["parent"] != parent


async def test_stopping_ends_what_is_being_done(forks: Forks, tmp_path: Path) -> None:
    file = tmp_path / "pid"
    asked = asyncio.create_task(forks.run("hang", {**TASK, "file": str(file)}, seconds=LONG_S))
    child = int(await until(lambda: file.exists() and file.read_text()))
    await forks.stop()
    with pytest.raises(EngineError):
        await asked
    await until(lambda: not runs(child))
