"""A hub that knows one user: what the archive asks when a request comes with a token."""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

__all__ = ["Hub", "hub"]

_SCOPES = ["access:services!service=archive", "custom:archive:read"]


@dataclass(frozen=True)
class Hub:
    """Where the hub answers, its one user, and a token of this user."""

    api_url: str
    user: str
    token: str


@contextmanager
def hub() -> Iterator[Hub]:
    """Serve until the block ends."""
    user, token = "somebody", secrets.token_hex(16)
    model = json.dumps({"name": user, "kind": "user", "scopes": _SCOPES}).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known = self.headers.get("Authorization") == f"token {token}"
            content = model if known else b"{}"
            self.send_response(200 if known else 403)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield Hub(f"http://127.0.0.1:{server.server_address[1]}/hub/api", user, token)
        finally:
            server.shutdown()
            thread.join()
