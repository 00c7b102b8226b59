"""A kernel that takes more memory than its server may have ends alone, and the server can tell why."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import requests
import websocket

from ...support.waiting import until
from .kernel import Kernel
from .site import Lab

_LIMIT = 2 * 1024**3  # as the values of these tests say
_ANSWER_S = 5


def _memory(lab: Lab, token: str) -> dict[str, Any]:
    address = f"{lab.site.url()}/user/{lab.name}/astrohub/memory"
    answer = requests.get(address, headers={"Authorization": f"token {token}"}, timeout=30)
    assert answer.ok, answer.text
    return dict(answer.json())


def test_a_kernel_without_memory_ends_alone_and_the_server_knows_why(lab: Lab) -> None:
    token, other, greedy = lab.token(), Kernel(lab), Kernel(lab)
    assert other.evaluate("kept = 1; kept") == "1"
    before = _memory(lab, token)
    assert before["limit"] == _LIMIT
    with suppress(websocket.WebSocketException):
        greedy.evaluate("taken = b'x' * (3 * 1024**3)", timeout_s=_ANSWER_S)
    until(lambda: _memory(lab, token)["kills"] > before["kills"], "the server knows", timeout_s=60)
    assert other.evaluate("kept + 1") == "2"
    (server,) = lab.description()["status"]["containerStatuses"]
    assert server["restartCount"] == 0
