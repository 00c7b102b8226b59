"""A small archive that answers, refuses, thinks, cuts and breaks off, as the words of a query ask."""

from __future__ import annotations

import json
import random
import select
import socket
import sys
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pyarrow as pa

__all__ = ["TOKEN", "FakeArchive", "Request", "stars", "whole_stream"]

TOKEN = "a-token-that-opens"

_COLUMNS: tuple[tuple[str, pa.DataType, dict[str, str]], ...] = (
    (
        "source_id",
        pa.int64(),
        {"ucd": "meta.id;meta.main", "datatype": "long", "description": "Source identifier"},
    ),
    ("ra", pa.float64(), {"unit": "deg", "ucd": "pos.eq.ra;meta.main", "datatype": "double"}),
    ("dec", pa.float64(), {"unit": "deg", "ucd": "pos.eq.dec;meta.main", "datatype": "double"}),
    (
        "phot_g_mean_mag",
        pa.float32(),
        {
            "unit": "mag",
            "ucd": "phot.mag;em.opt",
            "datatype": "float",
            "description": "Mean magnitude in the G band",
        },
    ),
    ("pmra", pa.float64(), {"unit": "mas.yr**-1", "ucd": "pos.pm;pos.eq.ra", "datatype": "double"}),
    ("pmdec", pa.float64(), {"unit": "mas.yr**-1", "ucd": "pos.pm;pos.eq.dec", "datatype": "double"}),
    ("designation", pa.utf8(), {"datatype": "char", "arraysize": "*", "description": "Name of the source"}),
)


def stars(rows: int) -> pa.Table:
    """Make stars whose identifiers need all 64 bits; every seventh has no proper motion."""
    dice = random.Random(3)
    ids = [4611686018427387905 + 1024 * row for row in range(rows)]
    motions: list[float | None] = [None if row % 7 == 3 else dice.gauss(0, 40) for row in range(rows)]
    values = [
        pa.array(ids, pa.int64()),
        pa.array([dice.uniform(0, 360) for _ in range(rows)]),
        pa.array([dice.uniform(-90, 90) for _ in range(rows)]),
        pa.array([round(dice.uniform(1.9, 5), 3) for _ in range(rows)], pa.float32()),
        pa.array(motions, pa.float64()),
        pa.array(motions[::-1], pa.float64()),
        pa.array([f"Gaia DR3 {number}" for number in ids]),
    ]
    fields = [pa.field(name, kind, metadata=said) for name, kind, said in _COLUMNS]
    return pa.table(values, schema=pa.schema(fields))


def whole_stream(table: pa.Table, status: str = "OK", *, rows: int | None = None, message: str = "") -> bytes:
    """Write an answer with the empty batch that ends it."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        for batch in table.to_batches(max_chunksize=2000):
            writer.write_batch(batch)
        last = {
            "astrohub.status": status,
            "astrohub.rows": str(table.num_rows if rows is None else rows),
            "astrohub.message": message,
        }
        writer.write_batch(pa.RecordBatch.from_pylist([], schema=table.schema), custom_metadata=last)
    return bytes(sink.getvalue())


@dataclass(frozen=True)
class Request:
    """One request as it came in."""

    headers: dict[str, str]
    form: dict[str, str]
    method: str = "POST"
    path: str = ""
    body: bytes = b""


@dataclass
class FakeArchive:
    """The archive on a free port of this machine; use it as a context."""

    port: int = 0
    requests: list[Request] = field(default_factory=list)
    #: Set when a client left while the archive was still thinking.
    left: threading.Event = field(default_factory=threading.Event)
    #: Set when a query that thinks for ever has begun.
    thinking: threading.Event = field(default_factory=threading.Event)
    arriving: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> FakeArchive:
        archive = self

        class Handler(_Handler):
            owner = archive

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        """Its base address, without a trailing slash."""
        return f"http://127.0.0.1:{self.port}"


class _Handler(BaseHTTPRequestHandler):
    owner: FakeArchive
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self._body()
        if body is None:
            self.owner.left.set()
            self.close_connection = True
            return
        path = self.path.removeprefix("/services/archive")
        form = {key: values[0] for key, values in parse_qs(body.decode("latin-1")).items()}
        headers = dict(self.headers.items())
        self.owner.requests.append(Request(headers, form, self.command, path, body))
        if self.headers["Authorization"] != f"Bearer {TOKEN}":
            self._send(401, b"no", {"WWW-Authenticate": 'Basic realm="astrohub"'})
        elif path == "/tap/sync":
            self._answer(form["QUERY"], int(form.get("MAXREC", 1000)))
        else:
            self._serve(path.partition("?")[0])

    do_GET = do_HEAD = do_PUT = do_DELETE = do_POST  # noqa: N815 (the names of http.server)

    def _body(self) -> bytes | None:
        """Read the request's body; None when it broke off."""
        if self.headers["Transfer-Encoding"] != "chunked":
            length = int(self.headers.get("Content-Length", 0))
            body = b""
            while len(body) < length and (piece := self.rfile.read1(length - len(body))):
                self.owner.arriving.set()
                body += piece
            return body if len(body) == length else None
        pieces = []
        while line := self.rfile.readline():
            size = int(line, 16)
            pieces.append(self.rfile.read(size))
            self.rfile.readline()
            if size == 0:
                return b"".join(pieces)
        return None

    def _serve(self, path: str) -> None:
        """Answer anything that is no query by what its path says."""
        if "full" in path:
            self._problem(507, {"detail": "Your home is full.", "slug": "quota"})
        elif "taken" in path:
            self._problem(412, {"detail": "There is a file of that name.", "slug": "conflict"})
        elif "broken" in path:
            self._send(200, b"half of it", {"Content-Type": "text/plain"}, 1000)
        elif path.endswith("page.html"):
            self._send(200, b"<script>1</script>", {"Content-Type": "text/html", "Set-Cookie": "a=b"})
        elif self.command in ("PUT", "DELETE"):
            self._send(204 if self.command == "DELETE" else 201, b"", {})
        elif self.command == "HEAD":
            self._head(200, {"Content-Type": "text/plain", "Content-Length": "12"})
        else:
            headers = {"Content-Type": "application/json", "ETag": '"1"', "Connection": "keep-alive"}
            self._send(200, b'{"said": true}', headers)

    def _answer(self, query: str, maxrec: int) -> None:
        if "phot_g_mean_mg" in query:
            self._problem(400, _misspelt(query))
        elif "forbidden" in query:
            self._problem(
                403,
                {"detail": "This token does not carry the scope custom:archive:read.", "slug": "forbidden"},
            )
        elif "crash" in query:
            self._send(500, b"<html>Traceback</html>", {"Content-Type": "text/html"})
        elif "think" in query:
            self._think()
        elif "trickle" in query:
            self._trickle()
        else:
            self._rows(query, maxrec)

    def _rows(self, query: str, maxrec: int) -> None:
        if "nothing" in query:
            self._arrow(whole_stream(stars(0)), {"Astrohub-Status": "OK", "Astrohub-Rows": "0"})
        elif "cut" in query:
            self._arrow(whole_stream(stars(maxrec), "OVERFLOW"))
        elif "fail" in query:
            self._arrow(
                whole_stream(stars(50), "ERROR", message="The query ran longer than 60 s and was stopped.")
            )
        elif "truncated" in query:
            self._arrow(whole_stream(stars(5000))[:-600])
        elif "drop" in query:
            self._arrow(whole_stream(stars(5000))[:200_000], length=10_000_000)
        else:
            rows = 60_000 if "many" in query else 100
            self._arrow(whole_stream(stars(rows)), {"Astrohub-Status": "OK", "Astrohub-Rows": str(rows)})

    def _think(self) -> None:
        self.owner.thinking.set()
        while not self._left(0.05):
            pass
        self.owner.left.set()
        self.close_connection = True

    def _trickle(self) -> None:
        pieces = whole_stream(stars(40_000))
        self._head(
            200, {"Content-Type": "application/vnd.apache.arrow.stream", "Content-Length": str(len(pieces))}
        )
        step = len(pieces) // 60
        for start in range(0, len(pieces), step):
            if self._left(0.1):
                self.owner.left.set()
                return
            self.wfile.write(pieces[start : start + step])

    def _left(self, wait_s: float) -> bool:
        ready, _, _ = select.select([self.connection], [], [], wait_s)
        return bool(ready) and self.connection.recv(1, socket.MSG_PEEK) == b""

    def _problem(self, status: int, said: dict[str, object]) -> None:
        document = {"type": "about:blank", "title": "Refused", "status": status, **said}
        self._send(status, json.dumps(document).encode(), {"Content-Type": "application/problem+json"})

    def _arrow(self, body: bytes, headers: dict[str, str] | None = None, length: int | None = None) -> None:
        self._send(
            200, body, {"Content-Type": "application/vnd.apache.arrow.stream", **(headers or {})}, length
        )

    def _send(self, status: int, body: bytes, headers: dict[str, str], length: int | None = None) -> None:
        self._head(status, {**headers, "Content-Length": str(len(body) if length is None else length)})
        self.wfile.write(body)
        self.close_connection = length is not None

    def _head(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing: the tests look at `requests`."""


def _misspelt(query: str) -> dict[str, object]:
    before, _, _ = query.partition("phot_g_mean_mg")
    line = before.count("\n") + 1
    column = len(before) - (before.rfind("\n") + 1) + 1
    return {
        "detail": "gaia_dr3_g10.gaia_source has no column phot_g_mean_mg: did you mean phot_g_mean_mag?",
        "slug": "query",
        "position": {"line": line, "column": column, "endColumn": column + len("phot_g_mean_mg")},
        "suggestion": "phot_g_mean_mag",
    }


if __name__ == "__main__":
    with FakeArchive(port=int(sys.argv[1])):
        threading.Event().wait()
