"""Many log-ins at once: only a few are tried, whoever sends them, and nobody is made to wait for long."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from astrohub_hub.authenticator import CONCURRENT_HASHES, MOST_WAITING, AccountsFileAuthenticator
from tornado.web import HTTPError

MakeAuthenticator = Callable[..., AccountsFileAuthenticator]


@pytest.fixture
def authenticator(tmp_path: Path) -> MakeAuthenticator:
    """Makes an authenticator over an empty accounts file."""
    file = tmp_path / "accounts.json"
    file.write_text(json.dumps({}))
    return lambda **limits: AccountsFileAuthenticator(accounts_file=str(file), **limits)


async def attempt(one: AccountsFileAuthenticator, name: str, address: str = "192.0.2.1") -> int:
    """Log in with a wrong password and return the status."""
    handler: Any = SimpleNamespace(request=SimpleNamespace(remote_ip=address))
    with pytest.raises(HTTPError) as refused:
        await one.authenticate(handler, {"username": name, "password": "wrong"})
    return int(refused.value.status_code)


async def test_of_log_ins_that_come_at_once_only_the_first_few_are_tried(
    authenticator: MakeAuthenticator,
) -> None:
    one = authenticator(failures=3)
    statuses = Counter(await asyncio.gather(*(attempt(one, "ada") for _ in range(20))))
    assert 3 <= statuses[403] < 3 + CONCURRENT_HASHES
    assert statuses[429] == 20 - statuses[403]
    assert await attempt(one, "ada", "192.0.2.2") == 403


async def test_an_address_that_tries_many_names_must_wait_and_others_need_not(
    authenticator: MakeAuthenticator,
) -> None:
    one = authenticator(failures=3, failures_per_address=6)
    statuses = Counter(await asyncio.gather(*(attempt(one, f"name{number}") for number in range(20))))
    assert 6 <= statuses[403] < 6 + CONCURRENT_HASHES
    assert statuses[429] == 20 - statuses[403]
    assert await attempt(one, "ada", "192.0.2.2") == 403


async def test_who_comes_behind_too_many_is_sent_away_at_once(authenticator: MakeAuthenticator) -> None:
    one = authenticator(failures=3)
    many = [attempt(one, f"name{number}", f"2001:db8::{number:x}") for number in range(MOST_WAITING + 5)]
    pending = [asyncio.ensure_future(work) for work in many]
    done, _ = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
    assert [task.result() for task in done].count(503) == 5
    for task in pending:
        task.cancel()
    await asyncio.gather(*pending, return_exceptions=True)
