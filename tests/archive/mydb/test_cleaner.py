"""What is removed in time: dropped tables, their files, and files that belong to no table."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest
from astrohub_archive.errors import Conflict, NotFound
from astrohub_archive.models import Column
from astrohub_archive.mydb.cleaner import TableCleaner
from astrohub_archive.mydb.dropped import DroppedTables
from astrohub_archive.mydb.entry import Entry, Made
from astrohub_archive.mydb.folders import FILE_NAME, TableFolders
from astrohub_archive.mydb.names import user_folder
from astrohub_archive.mydb.store import ALIVE_S, TableStore
from astrohub_archive.settings import MyDb
from astrohub_archive.table_files import Content
from sqlalchemy import Engine

LIMITS = MyDb(quota_bytes=100, tables=10, dropped_hours=24)
DAY_S = 24 * 3600


@dataclass
class Kept:
    """Tables of which a test sets the time."""

    root: Path
    engine: Engine
    now: float = 1_000_000.0
    store: TableStore = field(init=False)
    dropped: DroppedTables = field(init=False)
    folders: TableFolders = field(init=False)

    def __post_init__(self) -> None:
        self.store = TableStore(self.engine, LIMITS, clock=lambda: self.now)
        self.dropped = DroppedTables(self.store, LIMITS)
        self.folders = TableFolders(self.root / "mydb")

    def make(self, name: str, size: int = 40, *, replace: bool = False) -> Entry:
        """Make a table as the makers do."""
        making = self.store.begin("ada", name, replace=replace)
        (self.folders.make_partial(making) / FILE_NAME).write_bytes(b"x" * size)
        self.folders.publish(making)
        content = Content((Column("a", "int"),), 1, size)
        entry = self.store.finish(making, Made(content, {"query": "SELECT 1"}))
        self.dropped.forget_beyond_quota("ada")
        return entry

    def sweep(self) -> int:
        """Remove what is due, however young it is on disk."""
        return TableCleaner(self.store, self.dropped, self.folders).sweep(orphan_age_s=-1)


@pytest.fixture
def kept(tmp_path: Path, database: Engine) -> Kept:
    """Tables of which a test sets the time."""
    return Kept(tmp_path, database)


def test_a_dropped_table_is_kept_for_a_day(kept: Kept) -> None:
    folder = kept.folders.folder(kept.make("a"))
    kept.dropped.drop("ada", "a")
    kept.now += DAY_S - 1
    assert kept.sweep() == 0
    assert kept.dropped.restore("ada", "A").name == "a"
    kept.dropped.drop("ada", "a")
    kept.now += DAY_S
    assert kept.sweep() == 1
    assert not folder.exists()
    with pytest.raises(NotFound):
        kept.dropped.restore("ada", "a")


def test_dropped_tables_beyond_the_quota_go_first(kept: Kept) -> None:
    for _ in range(4):
        kept.now += 1
        kept.make("a", replace=True)
    assert kept.sweep() == 1
    assert [entry.name for entry in kept.store.listed("ada")] == ["a"]


def test_a_table_whose_maker_is_gone_is_forgotten(kept: Kept) -> None:
    making = kept.store.begin("ada", "a", replace=False)
    folder = kept.folders.make_partial(making)
    with pytest.raises(Conflict):
        kept.store.begin("ada", "A", replace=True)
    kept.now += ALIVE_S - 1
    assert kept.store.keep_alive(making.table_id)
    kept.now += ALIVE_S - 1
    assert kept.sweep() == 0
    kept.now += 2
    assert kept.sweep() == 1
    assert not folder.exists()
    assert not kept.store.keep_alive(making.table_id)
    kept.store.begin("ada", "a", replace=False)


def test_a_restored_table_does_not_take_the_place_of_another(kept: Kept) -> None:
    kept.make("a")
    kept.dropped.drop("ada", "a")
    kept.make("a")
    with pytest.raises(Conflict):
        kept.dropped.restore("ada", "a")
    assert len(kept.store.listed("ada")) == 1


def test_files_of_no_table_are_removed(kept: Kept) -> None:
    lost = kept.root / "mydb" / "ada" / "0123456789abcdef"
    lost.mkdir(parents=True)
    entry = kept.make("a")
    assert kept.sweep() == 1
    assert not lost.exists()
    assert (kept.folders.folder(entry) / FILE_NAME).exists()


@pytest.mark.parametrize(
    "user", ["ada", "ada_l", "Ada", "ada@home", "../ada", "ÀDA", "", "a" * 300, "ada-0123456789abcdef"]
)
def test_no_two_users_share_a_folder_and_none_leaves_it(user: str) -> None:
    names = {
        user_folder(other) for other in ("ada", "ada_l", "Ada", "ada@home", "../ada", "ÀDA", "", "a" * 300)
    }
    assert len(names) == 8
    folder = user_folder(user)
    assert "/" not in folder
    assert not folder.startswith(".")
    assert len(folder) < 60
