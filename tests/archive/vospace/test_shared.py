"""Where user servers run under numbers of their own, they can change what the archive has made."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from threading import Event

import pytest
from astrohub_archive.vospace.copying import copy_entry
from astrohub_archive.vospace.staging import Staging
from astrohub_archive.vospace.tree import Tree


@pytest.fixture
def homes(tmp_path: Path) -> Tree:
    """Homes as in Kubernetes."""
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada").chmod(0o2770)
    return Tree(tmp_path, is_shared=True)


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_files_and_folders_are_open_to_who_gets_into_the_home(homes: Tree) -> None:
    homes.make_folder(("ada", "results"))
    os.close(homes.create_file(("ada", "results", "table.csv")))
    assert _mode(homes.root / "ada" / "results") == 0o2777
    assert _mode(homes.root / "ada" / "results" / "table.csv") == 0o666


def test_what_no_user_sees_stays_closed(homes: Tree) -> None:
    homes.make_folder((".trash",))
    staged = Staging(homes).place()
    assert _mode(homes.root / ".trash") == _mode(homes.root / staged[0]) == 0o700


def test_a_hidden_folder_in_a_home_is_the_users(homes: Tree) -> None:
    homes.make_folder(("ada", ".config"))
    assert _mode(homes.root / "ada" / ".config") == 0o2777


def test_a_folder_that_is_there_keeps_its_mode(homes: Tree) -> None:
    homes.make_folder(("ada",), may_exist=True)
    assert _mode(homes.root / "ada") == 0o2770


def test_a_file_that_is_replaced_stays_open_to_its_user(homes: Tree) -> None:
    kept = homes.root / "ada" / "script.sh"
    kept.write_text("old")
    kept.chmod(0o740)
    staged = Staging(homes).begin()
    staged.write(b"new")
    staged.publish(("ada", "script.sh"), replace=True)
    assert (kept.read_text(), _mode(kept)) == ("new", 0o766)


def test_a_folder_that_is_put_together_elsewhere_is_open_too(homes: Tree) -> None:
    (homes.root / "ada" / "notes").mkdir()
    staged = Staging(homes).place()
    copy_entry(homes, ("ada", "notes"), homes, staged, Event())
    homes.move(staged, ("ada", "copy"))
    assert _mode(homes.root / "ada" / "copy") == 0o2777


@pytest.mark.parametrize(("mode", "copied"), [(0o640, 0o666), (0o750, 0o777)])
def test_a_copy_is_open_and_as_executable_as_before(homes: Tree, mode: int, copied: int) -> None:
    (homes.root / "ada" / "a").write_text("x")
    (homes.root / "ada" / "a").chmod(mode)
    copy_entry(homes, ("ada", "a"), homes, ("ada", "b"), Event())
    assert _mode(homes.root / "ada" / "b") == copied
