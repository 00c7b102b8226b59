"""TypeScript is strict, holds no `any`, logs nothing and keeps its functions short."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .tree import ROOT, kept_files

EXTENSIONS = ROOT / "extensions"
LINT = EXTENSIONS / "lint"
NODE = Path(sys.executable).parent / "node"


def _run(
    *arguments: str, cwd: Path = EXTENSIONS, text: str | None = None
) -> subprocess.CompletedProcess[str]:
    node = str(NODE) if NODE.exists() else shutil.which("node")
    assert node, "no node beside the interpreter or on PATH: install requirements/dev.txt"
    path = os.pathsep.join([str(Path(node).parent), os.environ.get("PATH", os.defpath)])
    return subprocess.run(
        arguments,
        cwd=cwd,
        env={**os.environ, "PATH": path},
        input=text,
        capture_output=True,
        text=True,
        timeout=560,
    )


def _installed(folder: Path, program: str) -> str:
    """Return a program of a folder's locked npm packages, installing them at the first call."""
    assert (folder / "package.json").is_file(), f"{folder.relative_to(ROOT)} has no package.json"
    path = folder / "node_modules" / ".bin" / program
    if not path.exists():
        try:
            result = _run("npm", "ci", cwd=folder)
        except subprocess.TimeoutExpired:
            pytest.skip(f"npm ci in {folder.relative_to(ROOT)} did not end in time")
        if result.returncode:
            pytest.skip(f"npm ci in {folder.relative_to(ROOT)} failed: {result.stderr.strip()[-300:]}")
    return str(path)


def _options() -> dict[str, object]:
    text = (EXTENSIONS / "tsconfig.json").read_text()
    options: dict[str, object] = json.loads(re.sub(r"(?m)^\s*//.*$", "", text))["compilerOptions"]
    return options


@pytest.fixture(scope="module")
def eslint() -> tuple[str, ...]:
    """Return the command that judges a source of the extension from the standard input or by name."""
    return (_installed(LINT, "eslint"), "--config", str(LINT / "eslint.config.js"))


def test_the_compiler_is_strict() -> None:
    assert _options().get("strict") is True, "say strict in extensions/tsconfig.json"
    assert _options().get("noImplicitAny", True) is True


def test_the_compiler_finds_nothing() -> None:
    result = _run(_installed(EXTENSIONS, "tsc"), "--noEmit", "--pretty", "false")
    assert result.returncode == 0, result.stdout


def test_the_linter_finds_nothing(eslint: tuple[str, ...]) -> None:
    sources = [str(ROOT / path) for path in kept_files(".ts", ".tsx", under=("extensions/src",))]
    result = _run(*eslint, "--max-warnings", "0", *sources)
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_linter_refuses_bad_source(eslint: tuple[str, ...]) -> None:
    known = next(path for path in kept_files(".ts", under=("extensions/src",)))
    long_function = "export function f(): void {\n" + "  f();\n" * 51 + "}\n"
    source = f"export const a: any = 1;\nconsole.log(1);\n{long_function}"
    result = _run(*eslint, "--stdin", "--stdin-filename", str(ROOT / known), text=source)
    assert result.returncode == 1, result.stderr
    for rule in ("no-explicit-any", "no-console", "max-lines-per-function"):
        assert rule in result.stdout


def test_the_compiler_refuses_an_implicit_any(tmp_path: Path) -> None:
    compiler = _installed(EXTENSIONS, "tsc")
    (tmp_path / "bad.ts").write_text("export function f(x) { return x; }\n")
    result = _run(compiler, "--strict", "--noEmit", "--pretty", "false", "bad.ts", cwd=tmp_path)
    assert "TS7006" in result.stdout
