"""Somebody who types into a terminal of a running user server."""

from __future__ import annotations

import json
import re
import time

import requests
import websocket

__all__ = ["run_in_terminal"]

PATIENCE_S = 120


def run_in_terminal(server: str, token: str, command: str) -> str:
    """Type a command into a new terminal and return what the terminal shows, without colours.

    Parameters
    ----------
    server
        Address of the user server, without trailing slash.
    token
        A token that may reach it.
    command
        What is typed.
    """
    headers = {"Authorization": f"Bearer {token}"}
    made = requests.post(f"{server}/api/terminals", headers=headers, timeout=60)
    assert made.ok, made.text
    name = made.json()["name"]
    address = f"{server}/terminals/websocket/{name}".replace("http", "ws", 1)
    terminal = websocket.create_connection(address, header=headers, timeout=PATIENCE_S)
    try:
        # The mark is put together by the shell, so that what is typed does not hold it.
        terminal.send(json.dumps(["stdin", f"{command}; echo the-'end'\r"]))
        return _read_until(terminal, "the-end")
    finally:
        terminal.close()
        requests.delete(f"{server}/api/terminals/{name}", headers=headers, timeout=60)


def _read_until(terminal: websocket.WebSocket, mark: str) -> str:
    shown = ""
    end = time.monotonic() + PATIENCE_S
    while mark not in shown and time.monotonic() < end:
        kind, *rest = json.loads(terminal.recv())
        if kind == "stdout":
            shown += rest[0]
    return re.sub(r"\x1b\[[?0-9;]*[a-zA-Z]", "", shown)
