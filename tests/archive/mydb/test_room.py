"""Room is promised before it is taken: two tables of one user never take together what neither may alone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from astrohub_archive.errors import QuotaExceeded
from astrohub_archive.models import Column
from astrohub_archive.mydb.entry import Made
from astrohub_archive.mydb.room import Allowance
from astrohub_archive.mydb.store import ALIVE_S, TableStore
from astrohub_archive.settings import MyDb
from astrohub_archive.table_files import Content
from sqlalchemy import Engine

from ...support.clock import Clock

QUOTA = 1_000


@pytest.fixture
def store(database: Engine, clock: Clock) -> TableStore:
    """Tables that may take a thousand bytes together."""
    return TableStore(database, MyDb(quota_bytes=QUOTA), clock=clock)


def made(size: int) -> Made:
    return Made(Content((Column("a", "int"),), 1, size), {})


def test_what_is_promised_to_one_is_not_promised_to_another(store: TableStore) -> None:
    first, second = store.begin("ada", "one"), store.begin("ada", "two")
    assert store.room.reserve(first, 700) >= 700
    promised = store.room.reserve(second, 700)
    assert promised < 300
    assert store.room.left("ada") < 20
    # Each is the only one of its owner.
    assert store.room.reserve(store.begin("bob", "one"), 900) >= 900
    store.give_up(first.table_id)
    assert store.room.reserve(second, 700) >= 700
    assert store.finish(second, made(710)).content.size_bytes == 710
    assert store.room.left("ada") == QUOTA - 710


def test_a_table_that_certainly_does_not_fit_is_not_begun(store: TableStore) -> None:
    store.finish(store.begin("ada", "one"), made(400))
    with pytest.raises(
        QuotaExceeded, match=r"would take 601 bytes at least, and 600 bytes are left of the 1\.0 kB"
    ):
        store.begin("ada", "two", least_bytes=601)
    store.begin("ada", "two", least_bytes=600)
    with pytest.raises(QuotaExceeded, match=r"may take 1\.0 kB together"):
        store.begin("ada", "three")


def test_what_is_replaced_does_not_count_and_what_is_there_does(store: TableStore) -> None:
    store.finish(store.begin("ada", "one"), made(900))
    making = store.begin("ada", "one", replace=True, least_bytes=950)
    allowance = Allowance(store.room, making, aside_bytes=900)
    assert allowance.most() == 100
    assert allowance(60) >= 60
    assert allowance(150) == 100


def test_the_promise_of_a_maker_that_is_gone_is_void(store: TableStore, clock: Clock) -> None:
    store.room.reserve(store.begin("ada", "one"), 990)
    with pytest.raises(QuotaExceeded):
        store.begin("ada", "two")
    clock.now += ALIVE_S + 1
    store.begin("ada", "two", least_bytes=QUOTA)


def test_many_at_once_are_not_promised_more_than_there_is(store: TableStore) -> None:
    makings = [store.begin("ada", f"t{number}") for number in range(6)]
    with ThreadPoolExecutor(6) as pool:
        promised = list(pool.map(lambda making: store.room.reserve(making, 300), makings))
    assert sum(promised) <= QUOTA
    assert sum(size >= 300 for size in promised) == 3
    assert store.used_bytes("ada") == 0
