"""No file names a foreign host, a package registry or a path of somebody's machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from . import hosts
from .tree import is_generated, is_test, kept_files, read

SHIPPED = ("hub", "services", "extensions", "kernels", "launcher", "config", "images", "helm")
TOOLING = ("extensions/lint", "extensions/package-lock.json", "hub/proxy/package-lock.json")


def _shipped() -> list[Path]:
    return [
        path
        for path in kept_files(under=SHIPPED)
        if not is_test(path)
        and path.name != "package-lock.json"
        and path.suffix != ".md"
        and not any(path.is_relative_to(folder) for folder in TOOLING)
    ]


def test_shipped_code_names_no_foreign_host() -> None:
    faults = [fault for path in _shipped() for fault in hosts.foreign_hosts(path, read(path) or "")]
    assert not faults, "\n".join(faults)


def test_no_file_names_a_package_registry() -> None:
    faults = [fault for path in kept_files() for fault in hosts.registry_hosts(path, read(path) or "")]
    assert not faults, "\n".join(faults)


def test_no_file_names_a_path_of_one_machine() -> None:
    files = [path for path in kept_files() if not is_generated(path)]
    faults = [fault for path in files for fault in hosts.machine_paths(path, read(path) or "")]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(
    "line",
    [
        "url = 'https://fonts.somewhere.net/a.css'",
        '<script src="//cdn.somewhere.net/a.js">',
        "new WebSocket('wss://push.somewhere.net')",
        r'{"u": "https:\/\/somewhere.net"}',
    ],
)
def test_a_foreign_host_is_found(line: str) -> None:
    assert hosts.foreign_hosts(Path("a"), line)


@pytest.mark.parametrize("line", ["http://127.0.0.1:8000/hub", "https://hub.example.org/", "https://{host}/"])
def test_a_host_with_a_reason_passes(line: str) -> None:
    assert not hosts.foreign_hosts(Path("a"), line)


@pytest.mark.parametrize(
    "line",
    [
        "https://" + ".".join(("pypi", "org")) + "/simple",
        "https://files." + ".".join(("pythonhosted", "org")) + "/packages",
        "registry" + "=https://packages.somewhere.net/npm/",
        "--index-url" + "=https://packages.somewhere.net/",
    ],
)
def test_a_registry_is_found(line: str) -> None:
    assert hosts.registry_hosts(Path("a"), line)


@pytest.mark.parametrize("parts", [("work", "main"), ("tmp", "env", "dev")])
def test_a_path_of_one_machine_is_found(parts: tuple[str, ...]) -> None:
    assert hosts.machine_paths(Path("a"), f"run {'/' + '/'.join(parts)} now")
    assert not hosts.machine_paths(Path("a"), f"run {'data/' + '/'.join(parts)} now")
