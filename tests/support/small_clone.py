"""A clone that holds the launcher and almost nothing else, over stand-ins for everything that it starts."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from .door import CLONE, ORDINARY_UID, run_door
from .ports import free_port
from .waiting import until

__all__ = ["SmallClone", "give_away", "small_clone"]

_STAND_INS = Path(__file__).with_name("stand_ins")
_MEMBERS = ("hub", "services/archive", "services/notebooks", "extensions", "kernels", "nbtester")


@dataclass(frozen=True)
class SmallClone:
    """A folder with a clone, a data folder, and a workshop of stand-ins.

    Parameters
    ----------
    root
        The folder of all three.
    clone
        The clone.
    data
        Its data folder; not there before the first command.
    port
        A port that was free.
    """

    root: Path
    clone: Path
    data: Path
    port: int

    @property
    def faults(self) -> Path:
        """Where files tell the stand-ins to fail."""
        return self.root / "workshop" / "faults"

    def variables(self, **more: str) -> dict[str, str]:
        """Return an environment in which uv is the stand-in; nothing else of this machine is set."""
        path = f"{self.root / 'workshop' / 'bin'}:/usr/bin:/bin"
        return {"PATH": path, "HOME": str(self.root / "home")} | more

    def run(
        self, command: str, *words: str, before: tuple[str, ...] = (), text: str | None = None, **more: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a command of the launcher on this clone's data."""
        return run_door(
            command,
            "--data",
            self.data,
            *words,
            clone=self.clone,
            env=self.variables(**more),
            before=before,
            text=text,
        )

    def up(self, *words: str, before: tuple[str, ...] = (), **more: str) -> subprocess.CompletedProcess[str]:
        """Start the platform in the background."""
        return self.run("up", "--detach", "--port", str(self.port), *words, before=before, **more)

    def begin(self, command: str, *words: str) -> subprocess.Popen[str]:
        """Start a command and do not wait for its end."""
        return subprocess.Popen(
            [str(self.clone / "astrohub"), command, "--data", str(self.data), *words],
            cwd="/",
            env=self.variables(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def calls(self) -> list[str]:
        """Return what uv and npm were asked to do."""
        file = self.root / "workshop" / "calls"
        return file.read_text().splitlines() if file.exists() else []

    def processes(self) -> list[int]:
        """Return the processes that run anything of this folder."""
        return [pid for pid, words in _command_lines() if str(self.root) in words and pid != os.getpid()]


@contextmanager
def small_clone(name: str = "clone") -> Iterator[SmallClone]:
    """Make a small clone; end everything that was started in it."""
    root = Path(tempfile.mkdtemp(prefix="astrohub-small-"))
    root.chmod(0o755)
    made = SmallClone(root, root / name, root / "data", free_port())
    _fill(made)
    try:
        yield made
    finally:
        until(lambda: not _killed(made), "nothing is left")
        shutil.rmtree(root, ignore_errors=True)


def _killed(made: SmallClone) -> list[int]:
    """Kill what runs anything of a clone: quicker than `down`, which has tests of its own."""
    killed = made.processes()
    for pid in killed:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return killed


def _fill(made: SmallClone) -> None:
    clone, workshop = made.clone, made.root / "workshop"
    clone.mkdir()
    for name in ("astrohub", "pyproject.toml", ".npmrc"):
        shutil.copy2(CLONE / name, clone / name)
    unwanted = shutil.ignore_patterns("__pycache__")
    shutil.copytree(CLONE / "launcher", clone / "launcher", ignore=unwanted)
    for member in _MEMBERS:
        (clone / member).mkdir(parents=True, exist_ok=True)
        (clone / member / "pyproject.toml").write_text(f'[project]\nname = "{member}"\n')
    (clone / "requirements").mkdir()
    for lock in ("hub", "archive", "notebooks", "lab", "dev"):
        (clone / "requirements" / f"{lock}.txt").write_text("one==1.0\n")
    for package in ("extensions", "hub/proxy"):
        (clone / package).mkdir(exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            (clone / package / name).write_text("{}\n")
    (clone / "config" / "local").mkdir(parents=True)
    (clone / "notebooks-latest").mkdir()
    for name in ("hub.yaml", "archive.yaml", "notebooks.yaml"):
        (clone / "config" / "local" / name).write_text("{}\n")
    shutil.copytree(_STAND_INS, workshop / "stand_ins", ignore=unwanted)
    (workshop / "bin").mkdir()
    made.faults.mkdir()
    (made.root / "home").mkdir()
    uv = workshop / "bin" / "uv"
    uv.write_text(f'#!/bin/sh\nexec /usr/bin/python3 "{workshop}/stand_ins/uv.py" "{workshop}" "$@"\n')
    uv.chmod(0o755)


def give_away(folder: Path) -> None:
    """Give a folder and what is in it to the ordinary user of the tests."""
    for place, folders, files in os.walk(folder):
        for name in (".", *folders, *files):
            os.chown(Path(place, name), ORDINARY_UID, ORDINARY_UID, follow_symlinks=False)


def _command_lines() -> Iterator[tuple[int, str]]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes().decode(errors="replace")
            except OSError:
                continue
            yield int(entry.name), words.replace("\0", " ")
