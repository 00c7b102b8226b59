"""A kernel in somebody's Lab, reached as the browser reaches it: through the proxy, by websocket."""

from __future__ import annotations

import json
import uuid
from typing import Any

import requests
import websocket

from .site import PATIENCE_S, Lab

__all__ = ["ENDED", "Kernel"]

#: What a kernel says that has ended, whatever it ran.
ENDED = "the kernel has ended"
_GONE = frozenset({"restarting", "autorestarting", "dead"})


class Kernel:
    """A kernel that was started in a Lab.

    Parameters
    ----------
    lab
        Where it runs.
    name
        Which kernel it is; the default one if none is named.
    host
        The name under which the Lab is reached, where that is not the site's address.
    """

    def __init__(self, lab: Lab, name: str | None = None, *, host: str | None = None) -> None:
        self._host = host
        self._token = lab.token()
        self._base = f"{lab.site.url()}/user/{lab.name}"
        answer = requests.post(
            f"{self._base}/api/kernels",
            headers=self._headers,
            json={"name": name} if name else {},
            timeout=PATIENCE_S,
        )
        assert answer.ok, answer.text
        self.id = str(answer.json()["id"])

    def evaluate(self, code: str, *, timeout_s: float = PATIENCE_S) -> str:
        """Run code and return what its last line is worth, what went wrong, or `ENDED`."""
        address = f"{self._base.replace('http', 'ws', 1)}/api/kernels/{self.id}/channels"
        allowed = {"Authorization": self._headers["Authorization"]}
        connection = websocket.create_connection(address, header=allowed, host=self._host, timeout=timeout_s)
        try:
            return _answer(connection, code)
        finally:
            connection.close()

    @property
    def _headers(self) -> dict[str, str]:
        named = {"Host": self._host} if self._host else {}
        return {"Authorization": f"token {self._token}", **named}


def _answer(connection: Any, code: str) -> str:
    header = {"msg_id": uuid.uuid4().hex, "msg_type": "execute_request", "session": uuid.uuid4().hex}
    content = {"code": code, "silent": False, "store_history": False, "allow_stdin": False}
    message = {"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell"}
    connection.send(json.dumps(message))
    said = ""
    while True:
        answer = json.loads(connection.recv())
        if answer["msg_type"] == "status" and answer["content"]["execution_state"] in _GONE:
            return ENDED
        if answer["parent_header"].get("msg_id") != header["msg_id"]:
            continue
        if answer["msg_type"] == "execute_result":
            said = str(answer["content"]["data"]["text/plain"])
        elif answer["msg_type"] == "error":
            said = f"{answer['content']['ename']}: {answer['content']['evalue']}"
        elif answer["msg_type"] == "status" and answer["content"]["execution_state"] == "idle":
            return said
