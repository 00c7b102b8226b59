"""Folders and secret files of another account: right owner, and no link is followed."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from astrohub_hub.folders import FolderError, keep_link, own_folder, passage, write_secret
from astrohub_hub.settings import Account

ACCOUNT = Account(uid=61080, gid=61080)
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files to another account")


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def test_a_secret_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    write_secret(tmp_path / "token", "one", None)
    write_secret(tmp_path / "token", "two", None)
    assert (tmp_path / "token").read_text() == "two"
    assert _mode(tmp_path / "token") == 0o600
    assert os.listdir(tmp_path) == ["token"]


def test_a_secret_does_not_go_where_others_can_write(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    with pytest.raises(FolderError, match="must belong to the hub alone"):
        write_secret(tmp_path / "token", "one", None)


def test_a_folder_is_private_and_may_be_there_already(tmp_path: Path) -> None:
    own_folder(tmp_path / "home", None)
    own_folder(tmp_path / "home", None)
    assert _mode(tmp_path / "home") == 0o700


@pytest.mark.parametrize("planted", ["link", "file"])
def test_nothing_but_a_folder_is_taken_for_one(tmp_path: Path, planted: str) -> None:
    (tmp_path / "elsewhere").mkdir()
    if planted == "link":
        (tmp_path / "home").symlink_to(tmp_path / "elsewhere")
    else:
        (tmp_path / "home").touch()
    with pytest.raises(FolderError, match=r"home cannot be made"):
        own_folder(tmp_path / "home", None)


@as_root
def test_a_folder_is_given_to_the_account(tmp_path: Path) -> None:
    own_folder(tmp_path / "home", ACCOUNT)
    assert (tmp_path / "home").stat().st_uid == 61080


@as_root
def test_a_folder_of_somebody_else_is_not_taken_over(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    with pytest.raises(FolderError, match="does not belong to the account 61080"):
        own_folder(tmp_path / "home", ACCOUNT)


@as_root
def test_the_account_passes_through_and_changes_nothing(tmp_path: Path) -> None:
    passage(tmp_path / "servers", ACCOUNT)
    write_secret(tmp_path / "servers" / "token", "one", ACCOUNT)
    assert (_mode(tmp_path / "servers"), (tmp_path / "servers").stat().st_uid) == (0o711, 0)
    assert (tmp_path / "servers" / "token").stat().st_uid == 61080


def test_a_link_follows_its_target_and_leaves_what_the_user_has_put_there(tmp_path: Path) -> None:
    keep_link(tmp_path, "collection", tmp_path / "one")
    keep_link(tmp_path, "collection", tmp_path / "two")
    assert (tmp_path / "collection").readlink() == tmp_path / "two"
    (tmp_path / "mine").mkdir()
    keep_link(tmp_path, "mine", tmp_path / "one")
    assert (tmp_path / "mine").is_dir()
    assert not (tmp_path / "mine").is_symlink()
