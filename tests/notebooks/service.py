"""The service as somebody outside meets it: its command, its addresses, and the folder it publishes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx

from ..support.ports import free_port

__all__ = ["SECRET", "Service", "published", "until", "write_settings"]

SECRET = "a secret of the webhook"
COMMAND = (sys.executable, "-m", "astrohub_notebooks.main")


def until(check: Callable[[], Any], what: str, timeout_s: float = 120) -> Any:
    """Poll until something holds, and return it."""
    deadline = time.monotonic() + timeout_s
    pause = threading.Event()
    while time.monotonic() < deadline:
        if found := check():
            return found
        pause.wait(0.02)
    raise AssertionError(f"not within {timeout_s} s: {what}")


def write_settings(folder: Path, **settings: Any) -> Path:
    """Write a settings file whose versions go to `folder/published`."""
    file = folder / "settings.json"
    content = {"directory": str(folder / "published"), "webhook": {"secret": SECRET}, **settings}
    file.write_text(json.dumps(content))
    return file


def published(folder: Path) -> dict[str, str]:
    """Return what readers see: the text of every file by its path."""
    current = folder / "published" / "current"
    while True:
        # Another version may be published between two steps of this.
        with suppress(FileNotFoundError):
            files = [path for path in sorted(current.rglob("*")) if path.is_file()]
            return {path.relative_to(current).as_posix(): path.read_text() for path in files}


def publish(settings: Path) -> subprocess.CompletedProcess[str]:
    """Run `astrohub-notebooks publish`."""
    return subprocess.run([*COMMAND, "publish", "--config", str(settings)], capture_output=True, text=True)


class Service:
    """A running service."""

    def __init__(self, process: subprocess.Popen[bytes], base: str, log: Path) -> None:
        self.process = process
        self.base = base
        self.log = log

    def get(self, path: str) -> httpx.Response:
        return httpx.get(self.base + path, timeout=60, trust_env=False)

    def post(self, body: bytes, headers: Mapping[str, str]) -> httpx.Response:
        address = f"{self.base}/hook"
        return httpx.post(address, content=body, headers=dict(headers), timeout=60, trust_env=False)

    def status(self) -> dict[str, Any]:
        return self.get("/versions").json()


@contextmanager
def serving(folder: Path, settings: Path) -> Iterator[Service]:
    """Start the service on a free port and stop it afterwards."""
    port = free_port()
    bind = folder / "bind.json"
    bind.write_text(json.dumps({"bind": {"port": port}}))
    log = folder / "service.log"
    arguments = [*COMMAND, "serve", "--config", str(settings), "--config", str(bind)]
    with log.open("wb") as output:
        process = subprocess.Popen(arguments, stdout=output, stderr=output)
    service = Service(process, f"http://127.0.0.1:{port}/services/notebooks", log)
    try:
        until(lambda: _answers(service), "the service answers")
        yield service
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(60)
        sys.stdout.write(log.read_text())  # pytest shows it when a test fails


def _answers(service: Service) -> bool:
    assert service.process.poll() is None, service.log.read_text()
    try:
        return service.get("/health").status_code == 200
    except httpx.TransportError:
        return False


def is_root() -> bool:
    """Say whether the tests run as root, to whom permissions mean nothing."""
    return os.geteuid() == 0
