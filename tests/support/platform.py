"""A real platform for tests: started by `./astrohub up`, stopped at the end."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .door import run_door
from .ports import free_port
from .sample_data import share_files
from .waiting import until

__all__ = ["RunningPlatform", "running_platform"]

_BUSY = 75
_SET_UP_S = 900.0


@dataclass(frozen=True)
class RunningPlatform:
    """A platform that is up.

    Parameters
    ----------
    url
        Its address, without a slash at the end.
    data
        Its folder of everything that is kept.
    environments
        The virtual environments that it runs in.
    """

    url: str
    data: Path
    environments: Path

    def run(self, *words: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run a command of `./astrohub` on this platform."""
        return run_door(words[0], "--data", self.data, *words[1:], env=self._variables(), text=text)

    def token(self, user: str, scopes: Sequence[str] | None = None) -> str:
        """Return a new API token of a user, with the usual scopes unless given."""
        options = [word for scope in scopes or () for word in ("--scope", scope)]
        result = self.run("token", user, *options)
        assert result.returncode == 0, result.stderr
        return result.stdout.strip()

    def password(self, user: str) -> str:
        """Return the password of a sample account."""
        lines = (self.data / "sample-accounts").read_text(encoding="utf-8").splitlines()
        return dict(line.split(maxsplit=1) for line in lines)[user]

    def status(self) -> dict[str, object]:
        """Return what `status --json` says."""
        found: dict[str, object] = json.loads(self.run("status", "--json").stdout)
        return found

    def up(self) -> subprocess.CompletedProcess[str]:
        """Start it, or again after `down`, on its own port."""
        port = self.url.rpartition(":")[2]
        variables = self._variables()
        return run_door(
            "up", "--detach", "--port", port, "--data", self.data, env=variables, timeout_s=_SET_UP_S
        )

    def _variables(self) -> dict[str, str]:
        return os.environ | {"ASTROHUB_ENVIRONMENTS": str(self.environments)}


@contextmanager
def running_platform() -> Iterator[RunningPlatform]:
    """Start a platform on a free port over the clone's environments and a copy of its sample data."""
    usual = json.loads(run_door("status", "--json").stdout)
    folder = Path(tempfile.mkdtemp(prefix="astrohub-test-"))
    folder.chmod(0o755)  # the account of archive and user servers must be able to enter it
    url = f"http://127.0.0.1:{free_port()}"
    platform = RunningPlatform(url, folder / "data", Path(usual["environments"]))
    try:
        _share_sample_data(Path(usual["data"]), platform.data)
        _start(platform)
        yield platform
    finally:
        platform.run("down")
        for place, _, _ in os.walk(folder):
            Path(place).chmod(0o755)  # the sample data are read-only
        shutil.rmtree(folder, ignore_errors=True)


def _start(platform: RunningPlatform) -> None:
    """Start it; wait while somebody else sets up the same environments."""
    results: list[subprocess.CompletedProcess[str]] = []

    def started() -> bool:
        results.append(platform.up())
        return results[-1].returncode != _BUSY

    begin = time.monotonic()
    until(started, "another set-up ends", timeout_s=_SET_UP_S)
    last = results[-1]
    assert last.returncode == 0, f"{last.stdout}\n{last.stderr}"
    sys.stdout.write(f"platform at {platform.url} after {time.monotonic() - begin:.1f} s\n")


def _share_sample_data(source: Path, target: Path) -> None:
    """Let a platform see sample data that were made before: the same files where the system allows it."""
    stamp = source / ".sample-data.json"
    if not stamp.is_file():
        return  # not made yet: `up` makes them
    share_files(source / "public", target / "public")
    shutil.copyfile(stamp, target / stamp.name)
