"""Files that are fetched: from the open Internet only, and never more than is allowed."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from astrohub_archive.errors import RequestTooLarge, UsageError
from astrohub_archive.web.fetching import Fetcher, is_public

CONTENT = b"n\n1\n" * 1000


class _Host(BaseHTTPRequestHandler):
    """A host of a table, of ways that lead to it, and of ways that lead elsewhere."""

    def do_GET(self) -> None:
        to = {
            "/moved": "/table?x=1",
            "/round": "/round",
            "/inside": "http://169.254.169.254/latest/meta-data",
            "/file": "file:///etc/passwd",
        }.get(self.path)
        self.send_response(302 if to else 200 if self.path == "/table?x=1" else 404)
        if to:
            self.send_header("Location", to)
        self.end_headers()
        if not to:
            self.wfile.write(CONTENT)

    def log_message(self, *args: object) -> None:
        """Be silent."""


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Host)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def _fetch(address: str, path: Path, *, most_bytes: int = 10_000, timeout_s: float = 60) -> None:
    """Fetch as if this machine were a public one, and no other."""
    fetcher = Fetcher(timeout_s, lambda numeric, port: numeric == "127.0.0.1" or is_public(numeric, port))
    asyncio.run(fetcher.fetch(address, path, most_bytes))


@pytest.mark.parametrize("way", ["/table?x=1", "/moved"])
def test_what_an_address_holds_is_written_to_a_file(host: str, way: str, tmp_path: Path) -> None:
    _fetch(host + way, tmp_path / "table")
    assert (tmp_path / "table").read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("way", "sentence"),
    [
        ("/none", "The address at 127.0.0.1 answers with the status 404"),
        ("/round", "redirects more than 3 times"),
        ("/inside", "The address at 169.254.169.254 is no public address on port 80 or 443"),
        ("/file", "is no http or https address"),
    ],
)
def test_what_cannot_or_must_not_be_fetched_is_refused(
    host: str, way: str, sentence: str, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match=sentence):
        _fetch(host + way, tmp_path / "table")


def test_no_more_is_fetched_than_is_allowed_and_no_longer(host: str, tmp_path: Path) -> None:
    with pytest.raises(RequestTooLarge, match="longer than the 3,999 bytes allowed"):
        _fetch(f"{host}/moved", tmp_path / "long", most_bytes=3_999)
    with pytest.raises(UsageError, match="Fetching it took too long"):
        _fetch(f"{host}/moved", tmp_path / "slow", timeout_s=-1)


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/t",
        "http://localhost/t",
        "http://[::1]/t",
        "http://[::ffff:10.0.0.1]/t",
        "http://2130706433/t",
        "https://10.1.2.3/t",
        "http://192.168.0.1/t",
        "http://0.0.0.0/t",
        "http://user:secret@127.0.0.1/t",
    ],
)
def test_an_address_within_the_site_is_not_asked(address: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is no public address on port 80 or 443") as refused:
        asyncio.run(Fetcher(5).fetch(address, tmp_path / "table", 10_000))
    assert "secret" not in refused.value.message


@pytest.mark.parametrize(
    ("address", "port", "public"),
    [
        ("93.184.215.14", 443, True),
        ("93.184.215.14", 22, False),
        ("2606:2800:220:1::1", 80, True),
        ("100.64.0.1", 80, False),
        ("224.0.0.1", 80, False),
        ("fe80::1", 80, False),
        ("fd00::1", 80, False),
        ("64:ff9b::a00:1", 80, False),
        ("2002:a00:1::1", 80, False),
        ("2001:0:a00:1::1", 80, False),
    ],
)
def test_which_addresses_are_public(address: str, port: int, public: bool) -> None:
    assert is_public(address, port) is public
