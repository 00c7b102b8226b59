"""Working ahead: order, failures in their place, never more than allowed, and an end that is an end."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator

import pytest
from astrohub_archive.engine.ahead import ahead


def test_items_come_in_their_order_from_another_thread() -> None:
    makers: set[int] = set()

    def items() -> Iterator[int]:
        for number in range(100):
            makers.add(threading.get_ident())
            yield number

    assert list(ahead(items(), most=2)) == list(range(100))
    assert makers
    assert threading.get_ident() not in makers


def test_a_failure_is_raised_after_what_was_made_before_it() -> None:
    def items() -> Iterator[int]:
        yield 1
        yield 2
        raise ValueError("the third")

    made = ahead(items(), most=5)
    assert [next(made), next(made)] == [1, 2]
    with pytest.raises(ValueError, match="the third"):
        next(made)


def test_no_more_is_made_than_may_wait() -> None:
    asked = threading.Semaphore(0)
    count = itertools.count()

    def items() -> Iterator[int]:
        for number in count:
            asked.release()
            yield number

    made = ahead(items(), most=2)
    assert next(made) == 0
    for _ in range(3):
        assert asked.acquire(timeout=60)
    # One was taken and two wait: the maker has to wait as well.
    assert not asked.acquire(timeout=0.1)
    made.close()
    assert next(count) == 3


def test_closing_early_shortens_the_making_and_waits_for_its_end() -> None:
    stopped, closed = threading.Event(), threading.Event()

    def items() -> Iterator[int]:
        try:
            yield 1
            stopped.wait(60)
            yield 2
        finally:
            closed.set()

    made = ahead(items(), most=1, stop=stopped.set)
    assert next(made) == 1
    before = threading.active_count()
    made.close()
    assert closed.is_set()
    assert stopped.is_set()
    assert threading.active_count() < before
    assert list(made) == []
