"""Shell is glue that stops at the first error; tests claim something, never sleep, never skip in silence."""

from __future__ import annotations

from pathlib import Path

import pytest

from . import scripts
from .tree import kept_files, read

TESTS = [path for path in kept_files(".py", under=("tests",)) if path.name.startswith("test_")]


def test_shell_scripts_are_short_and_strict() -> None:
    texts = {path: read(path) or "" for path in kept_files() if path.suffix in {"", ".sh", ".bash"}}
    faults = [
        fault for path, text in texts.items() if scripts.is_shell(path, text)
        for fault in scripts.shell_faults(path, text)
    ]  # fmt: skip
    assert not faults, "\n".join(faults)


def test_tests_claim_something_and_wait_for_events() -> None:
    faults = [fault for path in TESTS for fault in scripts.test_faults(path, read(path) or "")]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(
    "text",
    ["#!/bin/bash\necho\n", "#!/bin/sh\necho\n", "#!/usr/bin/env bash\nset -euo pipefail\n" + "echo\n" * 39],
)
def test_a_loose_shell_script_is_found(text: str) -> None:
    assert scripts.is_shell(Path("a"), text)
    assert scripts.shell_faults(Path("a"), text)
    assert not scripts.shell_faults(Path("a"), "#!/bin/bash\nset -euo pipefail\necho\n")


@pytest.mark.parametrize(
    "text",
    [
        "def test_a():\n    f()\n",
        "async def test_a():\n    await f()\n",
        "def test_a():\n    time.sleep(1)\n    assert f()\n",
        "def test_a():\n    pytest.skip()\n    assert f()\n",
        "@pytest.mark.skipif(True)\ndef test_a():\n    assert f()\n",
        "@pytest.mark.skip\ndef test_a():\n    assert f()\n",
        "@pytest.mark.skip(reason='later')\ndef test_a():\n    assert f()\n",
    ],
)
def test_a_test_that_claims_nothing_sleeps_or_skips_is_found(text: str) -> None:
    assert scripts.test_faults(Path("a.py"), text)


@pytest.mark.parametrize(
    "text",
    [
        "def test_a():\n    with pytest.raises(E):\n        f()\n",
        "def test_a():\n    ask(1)\ndef ask(x):\n    assert x\n",
        "def test_a(page):\n    expect(page).to_be(1)\n",
        "def test_a():\n    pytest.skip('no stilts on this machine')\n    assert f()\n",
    ],
)
def test_a_test_that_claims_something_passes(text: str) -> None:
    assert not scripts.test_faults(Path("a.py"), text)
