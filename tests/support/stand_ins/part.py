"""Stands in for the proxy, the hub or a service: answers 200, and dies when it is told to.

Started as `part.py FAULTS ROLE …`; FAULTS is a folder in which the file ROLE says how to die at the start.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

KNOWN_USERS = ("administrator", "researcher")


def say(line: str) -> None:
    """Write a line to the part's log."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def addresses(role: str, words: list[str]) -> list[int]:
    """Return the ports to listen on."""
    if role == "proxy":
        return [int(words[words.index(option) + 1]) for option in ("--port", "--api-port")]
    if role == "hub":
        file = os.environ["ASTROHUB_HUB_CONFIG"].split(":")[-1]
        return [int(json.loads(Path(file).read_text())["hub"]["port"])]
    settings = json.loads(Path(words[-1]).read_text())
    return [int(settings["bind"]["port"])]


class Answer(BaseHTTPRequestHandler):
    """Answer everything with 200, tokens as the hub does."""

    def do_GET(self) -> None:
        user = self.path.rpartition("/")[2]
        known = not self.path.startswith("/hub/api/users/") or user in KNOWN_USERS
        self._say(200 if known else 404, {})

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        asked = json.loads(self.rfile.read(length) or b"{}")
        user = self.path.split("/")[4] if "/users/" in self.path else None
        if user is None:
            say("routes told")
            self._say(200, {})
        elif user not in KNOWN_USERS:
            self._say(403, {"message": "no permissions"})
        else:
            self._say(201, {"token": f"token-of-{user}-for-{'+'.join(asked['scopes'])}"})

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _say(self, status: int, content: object) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def main(faults: Path, role: str, words: list[str]) -> int:
    """Serve until the end."""
    say(f"{role} begins as {os.getuid()}")
    if (fault := faults / role).exists():
        say(fault.read_text())
        return 7
    servers = [ThreadingHTTPServer(("127.0.0.1", port), Answer) for port in addresses(role, words)]
    for server in servers[1:]:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    servers[0].serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2], sys.argv[3:]))
