"""Working ahead: order, failures in their place, never more than allowed, and an end that is an end."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator

import pytest
from astrohub_archive.engine.ahead import ahead, side_by_side


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


def test_what_threads_make_at_once_comes_in_the_order_of_the_items() -> None:
    both = threading.Barrier(2, timeout=60)

    def work(number: int) -> int:
        # It ends only when two are at it.
        both.wait()
        return -number

    assert list(side_by_side(work, range(100), threads=2)) == [-number for number in range(100)]


def test_a_failure_of_the_work_is_raised_in_its_place_and_ends_the_making() -> None:
    stopped = threading.Event()
    count = itertools.count()
    made = side_by_side(lambda number: 6 // (3 - number), count, threads=2, stop=stopped.set)
    assert [next(made), next(made), next(made)] == [2, 3, 6]
    before = threading.active_count()
    with pytest.raises(ZeroDivisionError):
        next(made)
    assert stopped.is_set()
    assert threading.active_count() < before
    assert next(count) < 12


def test_no_more_is_worked_on_than_may_wait() -> None:
    worked = threading.Semaphore(0)
    count = itertools.count()
    made = side_by_side(lambda _: worked.release(), count, threads=2)
    next(made)
    for _ in range(5):
        assert worked.acquire(timeout=60)
    # One was taken, and four wait.
    assert not worked.acquire(timeout=0.1)
    made.close()
    assert next(count) == 5
