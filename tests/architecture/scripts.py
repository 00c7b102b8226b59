"""Shell scripts and tests: the bounds of what they may do."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from .tree import parse

__all__ = ["SHELL_LINES", "is_shell", "shell_faults", "test_faults"]

SHELL_LINES = 40
_CLAIMS = re.compile(
    r"^(assert|check|expect|fail|raises|warns|deprecated_call|wait_for|until$)|_raises$|^simplefilter$"
)


def is_shell(path: Path, text: str) -> bool:
    """Say whether a file is a shell script."""
    return path.suffix in {".sh", ".bash"} or bool(re.match(r"#!.*\b(ba|da)?sh\b", text))


def shell_faults(path: Path, text: str) -> list[str]:
    """Find shell scripts that are long, or that go on after an error."""
    faults = []
    if (lines := len(text.splitlines())) > SHELL_LINES:
        faults.append(f"{path}: {lines} lines, {SHELL_LINES} at most: write the work in Python")
    # The plain POSIX shell has no pipefail.
    wanted = "set -eu" if re.match(r"#!\s*/bin/sh", text) else "set -euo pipefail"
    if not re.search(rf"(?m)^{wanted}\b", text):
        faults.append(f"{path}: say `{wanted}` before the first command")
    return faults


def test_faults(path: Path, text: str) -> list[str]:
    """Find tests that claim nothing, sleep, or skip without a reason."""
    tree = parse(text)
    claiming = _claiming_functions(tree)
    faults = [
        f"{path}:{function.lineno} {function.name}: claims nothing: assert something or expect an error"
        for function in _functions(tree)
        if function.name.startswith("test_") and function.name not in claiming
    ]
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name = ast.unparse(call.func)
        if name == "time.sleep":
            faults.append(f"{path}:{call.lineno}: sleeps: await the event, or poll with a deadline")
        if _is_silent_skip(name, call):
            faults.append(f"{path}:{call.lineno}: skips without a reason that a reader can act on")
    bare = re.finditer(r"(?m)^\s*@pytest\.mark\.(skip|xfail)\s*$", text)
    faults += [f"{path}: @pytest.mark.{found[1]} without a reason" for found in bare]
    return faults


test_faults.__test__ = False  # type: ignore[attr-defined]


def _functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def _claiming_functions(tree: ast.Module) -> set[str]:
    """Return the functions that claim something themselves or through another function of the file."""
    functions = list(_functions(tree))
    claiming = {function.name for function in functions if _claims(function)}
    while True:
        more = {f.name for f in functions if f.name not in claiming and _called(f) & claiming}
        if not more:
            return claiming
        claiming |= more


def _called(function: ast.AST) -> set[str]:
    calls = (node.func for node in ast.walk(function) if isinstance(node, ast.Call))
    return {ast.unparse(call).split(".")[-1].lstrip("_") for call in calls} | {
        ast.unparse(node.func).split(".")[-1] for node in ast.walk(function) if isinstance(node, ast.Call)
    }


def _claims(function: ast.AST) -> bool:
    if any(isinstance(node, ast.Assert) for node in ast.walk(function)):
        return True
    return any(_CLAIMS.search(name) for name in _called(function))


def _is_silent_skip(name: str, call: ast.Call) -> bool:
    reason = next((word.value for word in call.keywords if word.arg in {"reason", "msg"}), None)
    if name in {"pytest.skip", "pytest.xfail"}:
        reason = reason or (call.args[0] if call.args else None)
    elif name not in {"pytest.mark.skip", "pytest.mark.skipif", "pytest.mark.xfail"}:
        return False
    return reason is None or (isinstance(reason, ast.Constant) and len(str(reason.value)) < 10)
