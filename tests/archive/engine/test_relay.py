"""A reader who reads slowly, or not at all, does not keep a worker from others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import pytest_asyncio
from astrohub_archive.engine import Aside, Pool, Relay, nobody
from astrohub_archive.errors import BusyError, QueryTimeout, QuotaExceeded
from astrohub_archive.formats import find_format
from astrohub_archive.settings import SlowReaders
from astrohub_archive.web.streaming import StreamedAnswer

from ...support.catalogs import SyntheticArchive
from .conftest import ACCOUNT, Asker, raw, small

pytestmark = pytest.mark.asyncio(loop_scope="module")

ROWS = 3_000_000
LARGE = raw(f"SELECT range AS n FROM range({ROWS})")
SIZE_BYTES = 8 * ROWS
ENDLESS = raw("SELECT range AS n FROM range(1000000000000)")
ONE = raw("SELECT 42 AS n")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def asker(synthetic: SyntheticArchive) -> AsyncIterator[Asker]:
    """A pool whose workers are never killed, however long they take to stop."""
    pool = Pool(small(interrupt_grace_s=300), synthetic.public, synthetic.work, account=ACCOUNT)
    await pool.start()
    table = synthetic.catalog().table("sky", "stars")
    assert table is not None
    yield Asker(pool, synthetic, table)
    await pool.stop()


def aside(folder: Path, **options: Any) -> Aside:
    """Return room for slow readers, who are given no time at all unless it is said otherwise."""
    return Aside(folder, SlowReaders.model_validate({"patience_s": 0, **options}))


async def relayed(asker: Asker, room: Aside, statement: Any = LARGE, *, fmt: str = "arrow") -> Relay:
    answer = await asker.pool.run(statement, fmt=find_format(fmt), maxrec=10**12, timeout_s=300, lane="long")
    return Relay(answer, room, "researcher")


async def begun(relay: Relay) -> tuple[AsyncIterator[bytes | bytearray], bytes]:
    """Read a first piece, and say what it is; the rest is not asked for."""
    chunks = relay.chunks()
    return chunks, bytes(await anext(chunks))


async def is_free(asker: Asker) -> bool:
    """Say whether the only worker for long queries answers one: it waits until there is one."""
    answer = await asker.pool.run(ONE, fmt=find_format("arrow"), maxrec=10, timeout_s=120, lane="long")
    return answer.complete is not None


def is_empty(folder: Path) -> bool:
    return not any(folder.iterdir())


async def rest_of(chunks: AsyncIterator[bytes | bytearray]) -> bytes:
    return b"".join([bytes(chunk) async for chunk in chunks])


async def test_long_queries_go_on_while_others_do_not_read_and_these_get_every_row(
    asker: Asker, tmp_path: Path
) -> None:
    room = aside(tmp_path)
    slow = []
    for _ in range(3):
        # Each begins with the one worker there is: it gets it only because the one before has let it go.
        slow.append(await begun(await relayed(asker, room)))
        assert await is_free(asker)
    assert room.held_bytes > 3 * (SIZE_BYTES // 2)
    for chunks, first in slow:
        rows = pa.ipc.open_stream(first + await rest_of(chunks)).read_all()
        assert rows.num_rows == ROWS
        assert rows["n"].to_numpy()[-1] == ROWS - 1
    assert room.held_bytes == 0


async def test_what_was_put_aside_is_gone_when_its_reader_leaves(asker: Asker, tmp_path: Path) -> None:
    room = aside(tmp_path)
    left, waits = asyncio.Event(), asyncio.Event()

    async def receive() -> dict[str, str]:
        await left.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        if message.get("body"):
            waits.set()
            await asyncio.Event().wait()

    response = StreamedAnswer(await relayed(asker, room), media_type="x/y", headers={})
    serving = asyncio.create_task(response({"type": "http", "path": "/"}, receive, send))  # type: ignore[arg-type]
    await waits.wait()
    assert await is_free(asker)
    assert room.held_bytes > SIZE_BYTES // 2
    left.set()
    await serving
    assert room.held_bytes == 0
    assert is_empty(tmp_path)


async def test_a_query_without_end_is_stopped_when_its_reader_leaves(asker: Asker, tmp_path: Path) -> None:
    room = aside(tmp_path)
    relay = await relayed(asker, room, ENDLESS)
    chunks, _ = await begun(relay)
    assert await anext(chunks)
    await relay.cancel()
    assert room.held_bytes == 0
    assert await is_free(asker)


@pytest.mark.parametrize("options", [{"answer_bytes": 4_000_000}, {"bytes_in_all": 8_000_000}])
async def test_an_answer_for_which_there_is_no_room_says_so_and_what_to_do(
    asker: Asker, tmp_path: Path, options: dict[str, int]
) -> None:
    room = aside(tmp_path, **options)
    chunks, first = await begun(await relayed(asker, room, ENDLESS, fmt="votable"))
    assert await is_free(asker)
    document = first + await rest_of(chunks)
    assert b'value="ERROR"' in document[-3000:]
    assert b"read more slowly than it was made" in document[-3000:]
    assert b"/tap/async" in document[-3000:]
    assert document.rstrip().endswith(b"</VOTABLE>")


async def test_a_format_that_cannot_say_so_is_broken_off(asker: Asker, tmp_path: Path) -> None:
    room = aside(tmp_path, answer_bytes=4_000_000)
    chunks, _ = await begun(await relayed(asker, room, ENDLESS, fmt="csv"))
    assert await is_free(asker)
    with pytest.raises(QuotaExceeded, match="there is no more room"):
        await rest_of(chunks)
    assert room.held_bytes == 0


async def test_nobody_takes_more_than_half_of_the_room(tmp_path: Path) -> None:
    room = aside(tmp_path, bytes_in_all=100)
    assert room.take("researcher", 50)
    assert not room.take("researcher", 1)
    room.give_back("researcher", 1)
    assert room.take("collaborator", 50)
    assert not room.take("student1", 1)


async def test_an_address_takes_no_more_than_an_eighth_and_leaves_some_to_other_addresses(
    tmp_path: Path,
) -> None:
    room = aside(tmp_path, bytes_in_all=100)
    assert room.take(nobody("192.0.2.1"), 12)
    assert not room.take(nobody("192.0.2.1"), 1)
    assert room.take(nobody("192.0.2.2"), 12)
    for number in range(3, 5):
        room.take(nobody(f"192.0.2.{number}"), 12)
    assert not room.take(nobody("192.0.2.5"), 12)
    assert room.take("researcher", 39)


async def test_an_answer_is_kept_for_a_bounded_time(asker: Asker, tmp_path: Path) -> None:
    room = aside(tmp_path, read_s=0.001)
    chunks, _ = await begun(await relayed(asker, room))
    assert await is_free(asker)
    with pytest.raises(QueryTimeout, match="not read within"):
        await rest_of(chunks)
    assert room.held_bytes == 0


async def test_a_restart_breaks_off_what_was_put_aside(asker: Asker, tmp_path: Path) -> None:
    room = aside(tmp_path)
    relay = await relayed(asker, room)
    chunks, _ = await begun(relay)
    assert await is_free(asker)
    relay.break_off(BusyError("The archive was restarted."))
    with pytest.raises(BusyError, match="restarted"):
        await rest_of(chunks)
    assert room.held_bytes == 0


async def test_a_patient_archive_puts_nothing_aside(asker: Asker, tmp_path: Path) -> None:
    room = aside(tmp_path, patience_s=3600)
    chunks, first = await begun(await relayed(asker, room))
    rows = pa.ipc.open_stream(first + await rest_of(chunks)).read_all()
    assert rows.num_rows == ROWS
    assert is_empty(tmp_path)
