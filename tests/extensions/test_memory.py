"""What a user server knows of its memory: the limit, and how often a process was ended for it."""

from __future__ import annotations

from pathlib import Path

import pytest
from astrohub_lab.memory import Memory, read_memory

from .conftest import Lab


def _write(folder: Path, **files: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text)


def test_a_container_of_version_2_is_read(tmp_path: Path) -> None:
    events = "low 0\nhigh 0\nmax 12\noom 3\noom_kill 2\noom_group_kill 0\n"
    _write(tmp_path, memory__max="4294967296\n", memory__current="1000\n", memory__events=events)
    assert read_memory(tmp_path) == Memory(limit=4_294_967_296, used=1000, kills=2)


def test_a_container_of_version_1_is_read(tmp_path: Path) -> None:
    _write(
        tmp_path / "memory",
        memory__limit_in_bytes="104857600\n",
        memory__usage_in_bytes="2000\n",
        memory__oom_control="oom_kill_disable 0\nunder_oom 0\noom_kill 1\n",
    )
    assert read_memory(tmp_path) == Memory(limit=104_857_600, used=2000, kills=1)


@pytest.mark.parametrize(
    ("folder", "files"),
    [
        ("", {"memory__max": "max\n", "memory__events": "oom_kill 0\n"}),
        ("memory", {"memory__limit_in_bytes": "9223372036854771712\n"}),
        ("", {}),
    ],
)
def test_a_server_without_a_limit_has_none(tmp_path: Path, folder: str, files: dict[str, str]) -> None:
    _write(tmp_path / folder, **files)
    assert (read_memory(tmp_path).limit, read_memory(tmp_path).kills) == (None, 0)


def test_the_page_may_ask_how_it_is(lab: Lab) -> None:
    told = lab.call("GET", "memory").json()
    assert told.keys() == {"limit", "used", "kills"}
    assert told["limit"] is None or told["limit"] > 0
