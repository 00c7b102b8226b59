"""Which of many things in a row some ranges of them cover."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["spanned"]


def spanned(first: NDArray[np.int64], last: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """Return the numbers that lie in half-open ranges of 0 to `count`, each once, in their order.

    Parameters
    ----------
    first, last
        Where each range begins and ends, shape (n,); one that ends before it begins is empty.
    count
        How many things there are.
    """
    if len(first) == 1:
        return np.arange(first[0], last[0])
    change = np.zeros(count + 1, dtype=np.int64)
    np.add.at(change, first, 1)
    np.add.at(change, np.maximum(first, last), -1)
    return np.flatnonzero(np.cumsum(change[:-1]))
