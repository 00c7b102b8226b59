"""What is kept for a while goes when its time is over; and a home has the name that the hub gives it."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from astrohub_archive.errors import NotFound
from astrohub_archive.vospace.homes import folder_name
from astrohub_archive.vospace.staging import Staging
from astrohub_archive.vospace.trash import Trash
from astrohub_archive.vospace.tree import Tree
from astrohub_hub.places import folder_name as name_of_the_hub


@pytest.fixture
def homes(tmp_path: Path) -> Tree:
    """Homes, with one file and one folder in that of `ann`."""
    (tmp_path / "ann" / "folder" / "inner").mkdir(parents=True)
    (tmp_path / "ann" / "folder" / "inner" / "file").write_bytes(b"x" * 100)
    (tmp_path / "ann" / "file").write_bytes(b"x" * 100)
    return Tree(tmp_path)


def test_deleted_things_go_when_their_time_is_over(homes: Tree) -> None:
    trash = Trash(homes, keep_s=3600, limit_bytes=10_000)
    trash.put("ann", ("ann", "folder"))
    assert trash.sweep() == 0
    assert Trash(homes, keep_s=0, limit_bytes=10_000).sweep() == 1
    with pytest.raises(NotFound, match="an hour"):
        trash.restore("ann", ("ann", "folder"))


def test_the_oldest_deleted_things_go_when_there_are_too_many(homes: Tree) -> None:
    trash = Trash(homes, keep_s=3600, limit_bytes=150)
    trash.put("ann", ("ann", "folder"))
    trash.put("ann", ("ann", "file"))
    assert trash.sweep() == 1
    trash.restore("ann", ("ann", "file"))
    assert (homes.root / "ann" / "file").read_bytes() == b"x" * 100


def test_what_a_killed_process_left_unfinished_goes_after_a_day(homes: Tree) -> None:
    staging = Staging(homes)
    staging.begin().write(b"half")
    left = homes.root / ".incoming"
    (name,) = os.listdir(left)
    assert staging.sweep() == 0
    os.utime(left / name, (time.time() - 90_000,) * 2)
    assert staging.sweep() == 1


@pytest.mark.parametrize("user", ["ann", "zoë", "a@b.org", ".hidden", "-x", "a/../b", "_x.y-z", "Ünï"])
def test_a_home_has_the_name_that_the_hub_gives_it(user: str) -> None:
    assert folder_name(user) == name_of_the_hub(user)
