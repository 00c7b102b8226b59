"""The parts' own ports: each another, none that is promised, none that the system gives away."""

from __future__ import annotations

import itertools
import random
from pathlib import Path

import pytest
from astrohub_launcher import ports
from astrohub_launcher.errors import LauncherError
from astrohub_launcher.ports import free_ports


@pytest.fixture(autouse=True)
def _system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A system that gives away ports from 20,000 on."""
    (tmp_path / "range").write_text("20000\t60999\n")
    monkeypatch.setattr(ports, "_SYSTEMS", tmp_path / "range")


def test_they_differ_and_lie_below_those_that_the_system_gives_away() -> None:
    found = free_ports(50, but=18_000)
    assert len(set(found)) == 50
    assert all(18_000 < port < 20_000 for port in found)


def test_one_that_is_promised_already_is_none_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    offered = itertools.chain([18_001, 18_001], itertools.count(18_002))
    monkeypatch.setattr(random.SystemRandom, "randrange", lambda *_: next(offered))
    assert 18_001 not in free_ports(3, but=18_001)


def test_too_few_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "is_free", lambda port: False)
    with pytest.raises(LauncherError, match="Too few ports from 18000 to 19999 are free"):
        free_ports(1, but=0)
