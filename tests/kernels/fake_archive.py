"""A small real HTTP server that answers queries with what a test has put there."""

from __future__ import annotations

import http.server
import threading
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from .recorded import ARROW, PROBLEM, arrow_stream, problem

__all__ = ["FakeArchive", "Reply"]


@dataclass
class Reply:
    """One answer.

    Parameters
    ----------
    status, kind, body, headers
        The answer's parts.
    break_off_after
        Send so many bytes of a longer answer, then end the connection.
    hang
        Send the body, then wait until the test is over.
    """

    status: int = 200
    kind: str = ARROW
    body: bytes = field(default_factory=arrow_stream)
    headers: dict[str, str] = field(default_factory=dict)
    break_off_after: int | None = None
    hang: bool = False


class FakeArchive:
    """Answers every query with `reply`, and keeps what was asked."""

    def __init__(self) -> None:
        self.reply = Reply()
        self.asked: list[dict[str, str]] = []
        self.authorization: list[str | None] = []
        self.paths: list[str] = []
        self.methods: list[str] = []
        self.bodies: list[bytes] = []
        self.started = threading.Event()
        self.released = threading.Event()
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def refuse(self, status: int, detail: str, **more: object) -> None:
        """Answer with a problem from now on."""
        headers = {"Retry-After": "7"} if status == 503 else {}
        self.reply = Reply(status, PROBLEM, problem(status, detail, **more), headers)

    def close(self) -> None:
        """Stop answering."""
        self.released.set()
        self._server.shutdown()
        self._server.server_close()


def _handler(archive: FakeArchive) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            archive.bodies.append(body)
            if "form" in self.headers.get("Content-Type", ""):
                archive.asked.append({key: values[0] for key, values in parse_qs(body.decode()).items()})
            self._answer()

        do_PUT = do_POST  # noqa: N815 -- as the library calls it

        def do_GET(self) -> None:
            self._answer()

        do_DELETE = do_GET  # noqa: N815 -- as the library calls it

        def _answer(self) -> None:
            archive.authorization.append(self.headers.get("Authorization"))
            archive.paths.append(self.path)
            archive.methods.append(self.command)
            reply = archive.reply
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.kind)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            more = 1000 if reply.hang else 0
            self.send_header("Content-Length", str(len(reply.body) + more))
            self.end_headers()
            self.wfile.write(reply.body[: reply.break_off_after])
            self.wfile.flush()
            archive.started.set()
            if reply.hang:
                archive.released.wait(60)
            if reply.hang or reply.break_off_after is not None:
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler
