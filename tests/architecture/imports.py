"""Imports that a contract of import-linter cannot express."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from .tree import parse

__all__ = ["foreign_imports", "protocol_crossings"]


def foreign_imports(path: Path, text: str, own: str) -> list[str]:
    """Find imports of anything but the standard library and the package itself."""
    allowed = sys.stdlib_module_names | {own}
    return [
        f"{path}:{line}: imports {name}; it runs before anything is installed: standard library only"
        for line, name in _imported(parse(text))
        if name.split(".")[0] not in allowed
    ]


def protocol_crossings(path: Path, text: str, protocols: Iterable[str]) -> list[str]:
    """Find imports from one protocol's package in another's; `path` is relative to the service's package."""
    others = set(protocols) - {path.parts[0]}
    if path.parts[0] not in protocols:
        return []
    faults = []
    for line, name in _imported(parse(text), relative=True):
        level = len(name) - len(name.lstrip("."))
        parts = name.lstrip(".").split(".")
        target = parts[0] if level == len(path.parts) else parts[1] if level == 0 and len(parts) > 1 else ""
        if target in others:
            faults.append(f"{path}:{line}: imports the protocol {target}: move what both need to ivoa/")
    return faults


def _imported(tree: ast.AST, *, relative: bool = False) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.lineno, node.module or ""
        elif isinstance(node, ast.ImportFrom) and relative:
            base = "." * node.level + (node.module or "")
            yield from ((node.lineno, base if node.module else base + alias.name) for alias in node.names)
