"""Failed log-ins are remembered for a while, and not without bound."""

from __future__ import annotations

from astrohub_hub.throttle import Throttle


class _Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_too_many_failures_must_wait_until_the_first_is_forgotten() -> None:
    throttle = Throttle(3, 60, clock=(clock := _Clock()))
    for clock.now in (0, 10, 20):
        assert throttle.wait_s("ada") == 0
        throttle.failed("ada")
    assert throttle.wait_s("ada") == 40
    assert throttle.wait_s("grace") == 0
    clock.now = 60
    assert throttle.wait_s("ada") == 0


def test_a_success_forgets_the_failures() -> None:
    throttle = Throttle(1, 60, clock=_Clock())
    throttle.failed("ada")
    throttle.forget("ada")
    assert throttle.wait_s("ada") == 0


def test_the_memory_is_bounded() -> None:
    throttle = Throttle(1, 60, clock=_Clock(), keys=2)
    for name in ("a", "b", "c"):
        throttle.failed(name)
    assert [throttle.wait_s(name) for name in ("a", "b", "c")] == [0, 60, 60]
