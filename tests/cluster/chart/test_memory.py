"""A kernel that takes more memory than its server may have ends alone; server and page tell why."""

from __future__ import annotations

from typing import Any

import requests
from playwright.sync_api import expect

from .asking import until_told
from .desk import at_desk, notebook_of, put_into_home
from .kernel import ENDED, Kernel
from .site import PATIENCE_S, Lab

_LIMIT = 2 * 1024**3  # as the values of these tests say
_TOO_MUCH = "taken = b'x' * (3 * 1024**3)"


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
    assert greedy.evaluate(_TOO_MUCH, timeout_s=PATIENCE_S) == ENDED
    until_told(lambda: _memory(lab, token)["kills"] > before["kills"], "the server knows")
    assert other.evaluate("kept + 1") == "2"
    (server,) = lab.description()["status"]["containerStatuses"]
    assert server["restartCount"] == 0


def test_the_page_names_the_notebook_the_limit_and_the_cell(lab: Lab) -> None:
    put_into_home(lab, "greedy.ipynb", notebook_of("small = 1", "small + 1", _TOO_MUCH, "small", "small"))
    with at_desk(lab) as desk:
        desk.log_in()
        desk.open_notebook("greedy.ipynb")
        desk.run_all()
        told = desk.page.locator(".Toastify__toast", has_text="ran out of memory")
        expect(told).to_contain_text("greedy.ipynb ran out of memory (limit 2.1 GB) in cell 3: its kernel")
