"""A kernel that takes more memory than its server may have ends alone, and the server can tell why."""

from __future__ import annotations

from typing import Any

import requests

from ...support.waiting import until
from .kernel import ENDED, Kernel
from .site import PATIENCE_S, Lab

_LIMIT = 2 * 1024**3  # as the values of these tests say


def _memory(lab: Lab, token: str) -> dict[str, Any]:
    address = f"{lab.site.url()}/user/{lab.name}/astrohub/memory"
    answer = requests.get(address, headers={"Authorization": f"token {token}"}, timeout=60)
    assert answer.ok, answer.text
    return dict(answer.json())


def test_a_kernel_without_memory_ends_alone_and_the_server_knows_why(lab: Lab) -> None:
    token, other, greedy = lab.token(), Kernel(lab), Kernel(lab)
    assert other.evaluate("kept = 1; kept") == "1"
    before = _memory(lab, token)
    assert before["limit"] == _LIMIT
    assert greedy.evaluate("taken = b'x' * (3 * 1024**3)", timeout_s=PATIENCE_S) == ENDED
    until(lambda: _memory(lab, token)["kills"] > before["kills"], "the server knows")
    assert other.evaluate("kept + 1") == "2"
    (server,) = lab.description()["status"]["containerStatuses"]
    assert server["restartCount"] == 0
