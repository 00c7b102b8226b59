"""A start that cannot succeed ends with its cause; what only takes long has time of its own."""

from __future__ import annotations

from astrohub_hub.finding import NO_ROOM, PULLING, SILENT, Finding
from astrohub_hub.patience import Patience

ROOM = Finding(NO_ROOM, "no room", "", None)
IMAGE = Finding(PULLING, "being fetched", "", None)
CRASH = Finding("crash", "it stopped", "", 0)
VOLUME = Finding("volume", "no volume", "", 6)


def _patience() -> Patience:
    return Patience(start_s=40, room_s=900, image_s=300)


def test_what_will_not_go_away_ends_the_start_at_once() -> None:
    assert _patience().look(CRASH, 0) is CRASH


def test_what_may_pass_has_its_time() -> None:
    patience = _patience()
    assert [patience.look(VOLUME, now) for now in (0, 5.9)] == [None, None]
    assert patience.look(VOLUME, 6) is VOLUME


def test_what_has_passed_counts_anew() -> None:
    patience = _patience()
    assert [patience.look(found, now) for found, now in ((VOLUME, 0), (None, 5), (VOLUME, 7))] == [None] * 3
    assert patience.look(VOLUME, 12.9) is None


def test_a_server_that_says_nothing_ends_after_its_own_time() -> None:
    patience = _patience()
    assert [patience.look(None, now) for now in (0, 39.9)] == [None, None]
    assert patience.look(None, 40) is SILENT


def test_waiting_for_room_and_for_an_image_takes_nothing_from_the_rest() -> None:
    patience = _patience()
    steps = [(None, 0), (ROOM, 1), (ROOM, 800), (IMAGE, 801), (IMAGE, 1099), (None, 1101), (None, 1138)]
    assert [patience.look(found, now) for found, now in steps] == [None] * len(steps)
    assert patience.look(None, 1140) is SILENT


def test_waiting_for_room_ends_too() -> None:
    patience = _patience()
    assert [patience.look(ROOM, now) for now in (0, 899)] == [None, None]
    assert patience.look(ROOM, 900) is ROOM
    assert patience.longest_s == 1240


def test_an_image_that_never_comes_is_told_as_such() -> None:
    patience = _patience()
    assert [patience.look(IMAGE, now) for now in (0, 299)] == [None, None]
    told = patience.look(IMAGE, 300)
    assert told is not None
    assert (told.reason, told.what) == ("image_slow", "its image was not fetched within 300 s")
