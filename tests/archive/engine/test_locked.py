"""The engine is locked: what a statement could reach if it got past the front end."""

from __future__ import annotations

import os

import duckdb
import psutil
import pytest
from astrohub_archive.engine.lock import Lock, open_locked
from astrohub_archive.errors import ArchiveError, EngineError

from .conftest import Asker, raw

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize(
    "sql",
    [
        "COPY (SELECT 1) TO '{public}/evil.csv'",
        "COPY (SELECT 1) TO '/tmp/evil.csv'",
        "ATTACH '{public}/evil.db' AS evil",
        "CREATE TABLE evil AS SELECT 1",
        "SET memory_limit = '100GB'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "PRAGMA database_list",
        "SELECT 1; SELECT 2",
        "EXPORT DATABASE '{public}/evil'",
        "CALL force_checkpoint()",
        "INSERT INTO x VALUES (1)",
        "",
    ],
)
async def test_only_single_selects_reach_the_engine(asker: Asker, sql: str) -> None:
    with pytest.raises(ArchiveError):
        await asker.rows(raw(sql.format(public=asker.archive.public)))
    assert not list(asker.archive.public.glob("evil*"))


@pytest.mark.parametrize(
    "source",
    [
        "read_text('/etc/passwd')",
        "read_csv('/etc/passwd')",
        "read_blob('/proc/self/environ')",
        "'/etc/passwd'",
        "glob('/etc/*')",
        "read_parquet('{public}/../../../etc/hostname')",
        "read_text('{work}/archive.sqlite')",
        "read_parquet('http://127.0.0.1:9/x.parquet')",
        "python_variable",
    ],
)
async def test_a_select_reads_no_other_files(asker: Asker, source: str) -> None:
    (asker.archive.work / "archive.sqlite").write_text("secret", encoding="ascii")
    place = source.format(public=asker.archive.public, work=asker.archive.work)
    with pytest.raises(EngineError) as refusal:
        await asker.rows(raw(f"SELECT * FROM {place}"))
    assert "/" not in refusal.value.message.replace("and/or", "")


async def test_a_link_that_leads_out_of_the_public_folder_is_not_followed(asker: Asker) -> None:
    folder = asker.archive.public / "sky"
    folder.chmod(0o755)
    link = folder / "link.txt"
    link.symlink_to("/etc/passwd")
    try:
        with pytest.raises(ArchiveError):
            await asker.rows(raw(f"SELECT * FROM read_text('{link}')"))
    finally:
        link.unlink()
        folder.chmod(0o555)


def _is_worker(process: psutil.Process) -> bool:
    try:
        return "astrohub_archive.engine.worker" in process.cmdline()
    except psutil.Error:  # a child of another test, which has just ended
        return False


async def test_workers_are_not_root_and_cannot_write_public_data(asker: Asker) -> None:
    workers = [child for child in psutil.Process().children() if _is_worker(child)]
    assert workers
    assert all(0 not in (*worker.uids(), *worker.gids()) for worker in workers)
    for path, _, names in os.walk(asker.archive.public):
        for place in (path, *(os.path.join(path, name) for name in names)):
            assert not os.stat(place).st_mode & 0o222, place


async def test_settings_cannot_be_changed_once_the_engine_is_open(asker: Asker) -> None:
    lock = Lock(256, 1, "/nonexistent", 10, (str(asker.archive.public),))
    connection = open_locked(lock)
    for setting in ("memory_limit = '9GB'", "enable_external_access = true", "lock_configuration = false"):
        with pytest.raises(duckdb.Error):
            connection.execute(f"SET {setting}")
    connection.close()


async def test_sorting_more_than_fits_in_memory_spills_to_disk(asker: Asker) -> None:
    large = (
        "SELECT max(l) AS m FROM (SELECT hash(x) AS h, repeat('a', 200) || x AS l "
        "FROM range(4000000) t(x) ORDER BY h LIMIT 3999999)"
    )
    assert (await asker.rows(raw(large), timeout_s=120)).num_rows == 1
