"""Waiting for something that a site says, while its answers may fail: a hub starts, a machine is busy."""

from __future__ import annotations

from collections.abc import Callable

import requests

from ...support.waiting import comes_true
from ..errors import ClusterError
from .site import PATIENCE_S

__all__ = ["until_told"]


def until_told(condition: Callable[[], bool], what: str, *, timeout_s: float = PATIENCE_S) -> None:
    """Return as soon as a site says that a condition holds; one question that fails is asked again.

    Raises
    ------
    AssertionError
        When it does not say so in time, with what the last question failed of.
    """
    last = ""

    def is_told() -> bool:
        nonlocal last
        try:
            told, last = condition(), ""
        except (requests.RequestException, ClusterError, AssertionError) as e:
            told, last = False, f"; the last question: {e}"
        return told

    assert comes_true(is_told, timeout_s=timeout_s), f"{what}: not within {timeout_s:g} s{last}"
