"""A real archive in a process of its own: started by its command line, reached over HTTP."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from .last_words import last_lines
from .ports import free_port
from .waiting import comes_true

__all__ = ["RunningArchive", "running_archive", "small_settings"]

PREFIX = "/services/archive"


@dataclass
class RunningArchive:
    """An archive, its files and its process."""

    folder: Path
    settings: dict[str, Any]
    process: subprocess.Popen[bytes] | None = None
    session: requests.Session = field(default_factory=requests.Session)
    prefix: tuple[str, ...] = ()

    @property
    def base(self) -> str:
        """Return the address without the prefix."""
        return f"http://127.0.0.1:{self.settings['bind']['port']}"

    @property
    def tap(self) -> str:
        """Return TAP's address."""
        return f"{self.base}{PREFIX}/tap"

    @property
    def log(self) -> str:
        """Return everything the process has written."""
        return (self.folder / "archive.log").read_text(encoding="utf-8")

    @property
    def events(self) -> list[dict[str, Any]]:
        """Return the events in the log; a line that is still being written is none yet."""
        whole, _, _ = self.log.rpartition("\n")
        return [json.loads(line) for line in whole.splitlines() if line.startswith("{")]

    def start(self) -> None:
        """Start the process and return when it answers."""
        config = self.folder / "archive.json"
        config.write_text(json.dumps(self.settings), encoding="utf-8")
        command = [sys.executable, "-m", "astrohub_archive.main", "serve", "--config", str(config)]
        with (self.folder / "archive.log").open("ab") as log:
            self.process = subprocess.Popen(
                [*self.prefix, *command],
                stdout=log,
                stderr=log,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
            )
        self.wait_until_up()

    def check_alive(self) -> None:
        """Fail, with the log, when the process has ended."""
        assert self.process is not None
        assert self.process.poll() is None, f"The archive has ended:\n{self.log}"

    def wait_until_up(self, within_s: float = 120) -> None:
        """Return when the archive answers; fail with its log when it does not."""
        assert comes_true(self._answers, timeout_s=within_s), f"The archive does not answer:\n{self.log}"

    def _answers(self) -> bool:
        self.check_alive()
        try:
            requests.get(f"{self.tap}/availability", timeout=5)
        except (requests.ConnectionError, requests.Timeout):
            return False
        return True

    def stop(self, sig: int = signal.SIGTERM, within_s: float = 60) -> int:
        """Send a signal, wait for the end and return the exit code."""
        assert self.process is not None
        self.process.send_signal(sig)
        return self.process.wait(within_s)

    def wait_for(self, condition: Callable[[], bool], within_s: float = 120) -> bool:
        """Return whether a condition that no event announces comes true in time."""
        return comes_true(condition, timeout_s=within_s)

    def query(
        self,
        text: str,
        *,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float = 120,
        **parameters: str,
    ) -> requests.Response:
        """Ask a query at once, by POST."""
        sent = dict(headers or {})
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        form = {"LANG": "ADQL", "QUERY": text, "RESPONSEFORMAT": "csv", **parameters}
        return requests.post(f"{self.tap}/sync", data=form, headers=sent, timeout=timeout)


def small_settings(folder: Path, public: Path, hub_api_url: str, **settings: Any) -> dict[str, Any]:
    """Return the settings of an archive on a free port with few workers; see `running_archive`."""
    port = free_port()
    return {
        "bind": {"host": "127.0.0.1", "port": port},
        "publicUrl": f"http://127.0.0.1:{port}",
        "publicData": str(public),
        "workDir": str(folder / "work"),
        "stopGraceS": 1,
        **settings,
        "hub": {"apiUrl": hub_api_url, "apiToken": "the-archive-itself", **settings.get("hub", {})},
        "engine": {
            "quickWorkers": 1,
            "longWorkers": 1,
            "memoryLimitMb": 512,
            "threads": 1,
            **settings.get("engine", {}),
        },
    }


@contextmanager
def running_archive(
    folder: Path, public: Path, hub_api_url: str, **settings: Any
) -> Iterator[RunningArchive]:
    """Run an archive over the catalogues in `public` until the block ends.

    Parameters
    ----------
    folder
        For its settings, its log and its work folder.
    public
        The published catalogues.
    hub_api_url
        The hub it asks.
    settings
        Further settings, in camelCase.
    """
    archive = RunningArchive(folder, small_settings(folder, public, hub_api_url, **settings))
    archive.start()
    try:
        yield archive
    except BaseException:
        sys.stdout.write(f"The archive's last words:\n{last_lines(archive.log)}\n")
        raise
    finally:
        if archive.process is not None and archive.process.poll() is None:
            archive.stop()
