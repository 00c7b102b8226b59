"""What is remembered of tokens is bounded in number and in time."""

from __future__ import annotations

import pytest
from astrohub_archive.identity.memory import TokenMemory
from astrohub_archive.models import Principal

from ...support.clock import Clock

SOMEBODY = Principal("researcher")


def test_a_token_is_remembered_for_its_time_only(clock: Clock) -> None:
    memory = TokenMemory(10, clock=clock)
    memory.remember("t", SOMEBODY)
    clock.now += 60
    assert memory.recall("t", within_s=60) == SOMEBODY
    clock.now += 1
    with pytest.raises(KeyError):
        memory.recall("t", within_s=60)
    assert memory.recall("t", within_s=900) == SOMEBODY


def test_the_token_used_longest_ago_is_forgotten_first() -> None:
    memory = TokenMemory(2)
    for token in ("a", "b"):
        memory.remember(token, SOMEBODY)
    memory.recall("a", within_s=60)
    memory.remember("c", None)
    assert len(memory) == 2
    assert memory.recall("a", within_s=60) == SOMEBODY
    assert memory.recall("c", within_s=60) is None
    with pytest.raises(KeyError):
        memory.recall("b", within_s=60)
