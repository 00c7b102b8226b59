"""When a silent part counts as hanging, and when it is only the machine that is busy."""

from __future__ import annotations

import itertools

from astrohub_launcher.processes import Identity
from astrohub_launcher.supervision.pace import Pace
from astrohub_launcher.supervision.patience import Patience

PART = Identity(1, "first")
PACE = Pace(patience_s=60, busy_patience_s=300)


def silent_for(patience: Patience, process: Identity, *, every_s: float = 5.0, begin: float = 0.0) -> float:
    """Look at a part that has just answered and never does again; return after how long it is to be ended."""
    assert patience.is_over(process, answers=True, now=begin) is None
    for look in itertools.count(1):
        now = begin + look * every_s
        if patience.is_over(process, answers=False, now=now):
            return now - begin
    raise AssertionError


def test_a_part_that_neither_answers_nor_computes_is_given_a_minute() -> None:
    assert silent_for(Patience(PACE, ticks=lambda _: 7), PART) == 60


def test_a_part_that_computes_is_given_five_times_as_long() -> None:
    growing = itertools.count()
    assert silent_for(Patience(PACE, ticks=lambda _: next(growing)), PART) == 300


def test_a_part_of_which_nothing_is_known_is_taken_for_busy() -> None:
    assert silent_for(Patience(PACE, ticks=lambda _: None), PART) == 300


def test_the_time_in_which_the_supervisor_did_not_get_its_turn_does_not_count() -> None:
    assert silent_for(Patience(PACE, ticks=lambda _: 7), PART, every_s=100) == 600


def test_any_answer_starts_the_count_anew() -> None:
    patience = Patience(PACE, ticks=lambda _: 7)
    for now in range(0, 3_000, 5):
        assert patience.is_over(PART, answers=now % 50 == 0, now=now) is None


def test_a_new_process_is_given_all_of_it() -> None:
    patience = Patience(PACE, ticks=lambda _: 7)
    for number in range(20):
        process = Identity(number, "another")
        for look in range(10):
            assert patience.is_over(process, answers=False, now=number * 50 + look * 5) is None


def test_each_end_doubles_the_patience_up_to_sixteen_times() -> None:
    patience = Patience(PACE, ticks=lambda _: 7)
    given = [silent_for(patience, Identity(number, "x"), begin=number * 10_000) for number in range(6)]
    assert given == [60, 120, 240, 480, 960, 960]
