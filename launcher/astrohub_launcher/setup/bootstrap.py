"""Finds uv, or fetches it by pip or as a pinned wheel."""

from __future__ import annotations

import importlib.util
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from ..errors import LauncherError
from .index import find_index
from .wheel import Pin, fetch_program

__all__ = ["OLDEST", "PINS", "VERSION", "by_pip", "by_wheel", "find_uv"]

VERSION = "0.13.9"
OLDEST = (0, 8, 0)

_LINUX = "manylinux_2_17_{0}.manylinux2014_{0}"
PINS = {
    ("Linux", "x86_64"): Pin(
        "uv",
        f"uv-{VERSION}-py3-none-{_LINUX.format('x86_64')}.whl",
        "d7f459fe4fd247d830351c75686d3996ace3c6f3f728eb0e85a30b7ada0cef19",
    ),
    ("Linux", "aarch64"): Pin(
        "uv",
        f"uv-{VERSION}-py3-none-{_LINUX.format('aarch64')}.musllinux_1_1_aarch64.whl",
        "5435c5ce14a56431208ca0996416d310f1598e8c2c8ba707688985a16bb82dbe",
    ),
    ("Darwin", "arm64"): Pin(
        "uv",
        f"uv-{VERSION}-py3-none-macosx_11_0_arm64.whl",
        "66c512266d633bef48384a1f53003f41f2a8e7b36fe6e7fbfd3e0fd52d96fa63",
    ),
    ("Darwin", "x86_64"): Pin(
        "uv",
        f"uv-{VERSION}-py3-none-macosx_10_12_x86_64.whl",
        "c16ed11e013557536b3e60065f1b912f6407bd6518e041b961e23ef9e6b4fbf5",
    ),
}


def find_uv(cache: Path, variables: Mapping[str, str]) -> tuple[Path, str]:
    """Return a uv that is new enough, and how it was found.

    Raises
    ------
    LauncherError
        When there is none and none can be fetched.
    """
    for program in _present(cache):
        if _is_new_enough(program):
            return program, "found" if cache not in program.parents else "kept from before"
    ways: list[tuple[str, Callable[[Path, Mapping[str, str]], Path]]] = [
        ("fetched by pip", by_pip),
        ("fetched as a pinned wheel", by_wheel),
    ]
    faults = []
    for how, way in ways:
        try:
            return way(cache, variables), how
        except LauncherError as e:
            faults.append(str(e))
    raise LauncherError(
        f"uv, which installs everything else, is neither here nor could it be fetched. {faults[-1]} "
        f"Or install uv {VERSION} by hand so that it is on PATH.",
        faults[:-1],
    )


def by_pip(cache: Path, variables: Mapping[str, str]) -> Path:
    """Let pip fetch the pinned uv into the cache, touching nothing else on the machine."""
    for pip in _pips():
        with tempfile.TemporaryDirectory() as folder:
            wanted = Path(folder, "uv.txt")
            hashes = " ".join(f"--hash=sha256:{pin.sha256}" for pin in PINS.values())
            wanted.write_text(f"uv=={VERSION} {hashes}\n", encoding="utf-8")
            options = ["--no-deps", "--only-binary", ":all:", "--require-hashes", "--no-input", "--quiet"]
            command = [*pip, "install", *options, "--target", f"{folder}/uv", "-r", str(wanted)]
            result = subprocess.run(
                command,
                capture_output=True,
                text=True,
                env=dict(variables),
                stdin=subprocess.DEVNULL,
                check=False,
            )
            program = Path(folder, "uv", "bin", "uv")
            if result.returncode == 0 and program.is_file():
                return _keep(program.read_bytes(), cache)
            lines = (result.stderr or result.stdout).strip().splitlines()
            last = lines[-1] if lines else f"exit code {result.returncode}"
            raise LauncherError(f"pip could not fetch uv {VERSION}: {last}")
    raise LauncherError("This Python has no pip.")


def by_wheel(cache: Path, variables: Mapping[str, str]) -> Path:
    """Fetch the pinned wheel from the package index of this machine, and keep its program."""
    pin = PINS.get((platform.system(), platform.machine()))
    if pin is None:
        raise LauncherError(f"No uv is pinned for {platform.system()} on {platform.machine()}.")
    index = find_index(variables)
    if index is None:
        raise LauncherError(
            "Nothing on this machine tells where the package index is: set ASTROHUB_PACKAGE_INDEX, or "
            "install pip (on Debian: `apt-get install python3-pip`), then run the command again."
        )
    return _keep(fetch_program(pin, "uv", index, variables), cache)


def _present(cache: Path) -> Iterator[Path]:
    if found := shutil.which("uv"):
        yield Path(found)
    yield _kept(cache)


def _kept(cache: Path) -> Path:
    return cache / f"uv-{VERSION}" / "uv"


def _keep(program: bytes, cache: Path) -> Path:
    target = _kept(cache)
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".uv.{os.getpid()}")
    draft.write_bytes(program)
    draft.chmod(0o755)
    return draft.replace(target)


def _is_new_enough(program: Path) -> bool:
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.SubprocessError):
        return False
    found = re.match(r"uv (\d+)\.(\d+)\.(\d+)", said.stdout)
    return said.returncode == 0 and found is not None and tuple(map(int, found.groups())) >= OLDEST


def _pips() -> Iterator[list[str]]:
    """Yield pips of this machine: installed ones, then those that lie packed beside a Python."""
    if importlib.util.find_spec("pip") is not None:
        yield [sys.executable, "-m", "pip"]
    folders = [Path("/usr/share/python-wheels")]
    if (bundled := importlib.util.find_spec("ensurepip")) is not None and bundled.origin:
        folders.insert(0, Path(bundled.origin).parent / "_bundled")
    for folder in folders:
        for wheel in sorted(folder.glob("pip-*.whl"), reverse=True):
            yield [sys.executable, str(wheel / "pip")]
