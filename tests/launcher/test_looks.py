"""A look at a part may take a while: what it saw is not said of another process of the part."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from astrohub_launcher.processes import Identity
from astrohub_launcher.supervision import supervisor as supervision
from astrohub_launcher.supervision.pace import Pace
from astrohub_launcher.supervision.record import RUNNING
from astrohub_launcher.supervision.supervisor import Supervisor

FIRST, SECOND = Identity(11, "first"), Identity(12, "second")


async def test_a_part_that_was_replaced_while_it_was_looked_at_arrives_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the hub would not be asked to tell a new proxy its routes: the old one had answered."""
    part: Any = SimpleNamespace(name="proxy", routes_are_lost=True, questions=lambda platform: ())
    platform: Any = SimpleNamespace(url="", port=1, ports={}, place=SimpleNamespace(run=tmp_path))
    pace = Pace(look_s=0.001, impatient_look_s=0.001)
    one = Supervisor(platform, (part,), supervisor=Identity(1, "x"), say=lambda text: None, pace=pace)
    record, healthy = one.record.parts["proxy"], one._healthy["proxy"]
    one.record.phase, record.process, record.healthy = RUNNING, FIRST, True
    healthy.set()
    looked_at: list[Identity | None] = []
    told: list[int] = []

    def look(_: Iterable[object]) -> tuple[str | None, bool]:
        looked_at.append(record.process)
        if record.process == FIRST:  # it answers, dies, and is started again before anybody hears of it
            record.process, record.healthy = SECOND, False
            healthy.clear()
        return ("it does not answer yet" if len(looked_at) == 2 else None), True

    def restore_routes() -> None:
        told.append(len(looked_at))
        one._stop.set()

    monkeypatch.setattr(supervision, "look", look)
    monkeypatch.setattr(one, "_restore_routes", restore_routes)
    await one._watch(part)
    assert looked_at == [FIRST, SECOND, SECOND]
    assert told == [3]
    assert record.healthy
