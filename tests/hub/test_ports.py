"""A user server gets a port that nobody else is given while it starts."""

from __future__ import annotations

import itertools
import random
import socket
from pathlib import Path

import pytest
from astrohub_hub.ports import free_port


def test_it_lies_below_those_that_the_system_gives_away(tmp_path: Path) -> None:
    (tmp_path / "range").write_text("19000\t60999\n")
    assert all(18_000 <= free_port(tmp_path / "range") < 19_000 for _ in range(50))


def test_one_that_is_taken_is_passed_by(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "range").write_text("32768\t60999\n")
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken = server.getsockname()[1]
        offered = itertools.chain([taken], itertools.count(18_000))
        monkeypatch.setattr(random.SystemRandom, "randrange", lambda *_: next(offered))
        assert 18_000 <= free_port(tmp_path / "range") < 19_000


@pytest.mark.parametrize("text", ["1024\t65535\n", "", "nonsense"])
def test_where_the_system_gives_all_away_it_is_any(tmp_path: Path, text: str) -> None:
    (tmp_path / "range").write_text(text)
    assert free_port(tmp_path / "range") > 1023
    assert free_port(tmp_path / "none") > 1023
