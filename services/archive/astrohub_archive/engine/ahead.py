"""Working ahead: threads make the next items of a stream while the last one is dealt with."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Generic, TypeVar

__all__ = ["WAITING", "ahead", "side_by_side"]

WAITING = 2
"""While one item is dealt with and each thread is at one, so many more are at hand: nobody has to wait."""

_T = TypeVar("_T")
_Made = TypeVar("_Made")


def ahead(
    items: Iterable[_T], *, most: int, stop: Callable[[], None] = lambda: None
) -> Generator[_T, None, None]:
    """Yield items in their order, made in a thread; what their making raises is raised in its place.

    Closing the generator early ends the thread, and returns when it has ended: only then may others use
    what the items are made from.

    Parameters
    ----------
    items
        Made in the thread; it is never asked for more than `most` items before they are taken.
    most
        How many items may wait.
    stop
        Called when the generator is closed early, to shorten the making of an item.
    """
    line: _Line[_T] = _Line(most)
    thread = threading.Thread(target=line.fill, args=(iter(items),), daemon=True)
    thread.start()
    is_whole = False
    try:
        yield from line.taken()
        is_whole = True
    finally:
        if not is_whole and line.close():
            stop()
        thread.join()


def side_by_side(
    work: Callable[[_T], _Made], items: Iterable[_T], *, threads: int, stop: Callable[[], None] = lambda: None
) -> Generator[_Made, None, None]:
    """Yield what some work makes of items, in their order, while threads are at the next ones.

    Closing the generator early, and what is raised, are as with `ahead`; what comes after an item of which
    the work fails may have been worked on, too.

    Parameters
    ----------
    work
        Done in several threads at once.
    items
        Made in a thread of their own.
    threads
        How many threads work.
    stop
        As of `ahead`.
    """
    pool = ThreadPoolExecutor(threads)
    begun = ahead((pool.submit(work, item) for item in items), most=threads + WAITING, stop=stop)
    try:
        with closing(begun):
            for one in begun:
                yield one.result()
    finally:
        pool.shutdown(cancel_futures=True)


class _Line(Generic[_T]):
    """Items that wait between two threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._items: deque[_T] = deque()
        self._changed = threading.Condition()
        self._failure: BaseException | None = None
        self._is_filled = False
        self._is_closed = False

    def fill(self, items: Iterator[_T]) -> None:
        """Put items into the line until there are no more, or nobody wants any."""
        try:
            for item in items:
                if not self._put(item):
                    break
        except BaseException as e:  # noqa: BLE001 -- raised again by whoever takes the items
            self._failure = e
        finally:
            if isinstance(items, Generator):
                items.close()
            with self._changed:
                self._is_filled = True
                self._changed.notify_all()

    def taken(self) -> Iterator[_T]:
        """Yield the items as they come; raise what their making raised."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._items or self._is_filled)
                if not self._items:
                    break
                item = self._items.popleft()
                self._changed.notify_all()
            yield item
        if self._failure is not None:
            raise self._failure

    def close(self) -> bool:
        """Take no more items; say whether some are still being made."""
        with self._changed:
            self._is_closed = True
            self._items.clear()
            self._changed.notify_all()
            return not self._is_filled

    def _put(self, item: _T) -> bool:
        with self._changed:
            self._items.append(item)
            self._changed.notify_all()
            self._changed.wait_for(lambda: len(self._items) < self._most or self._is_closed)
            return not self._is_closed
