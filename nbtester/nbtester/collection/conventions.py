"""The conventions of the first code cell: who, which version, which data, which words."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from nbformat import NotebookNode

from ..models import Finding
from ..settings import Checks

__all__ = ["check_conventions", "first_cell_values"]

#: Names whose value is a list of texts; all others are a text.
_LISTS = frozenset({"__datasets__", "__keywords__"})
_IDENTIFIER = "__nbid__"


def check_conventions(notebooks: Mapping[str, NotebookNode], checks: Checks) -> list[Finding]:
    """Check the first code cell of every notebook, and that identifiers are given once."""
    if checks.conventions == "off":
        return []
    findings: list[Finding] = []
    owners: dict[str, list[str]] = defaultdict(list)
    for path, notebook in notebooks.items():
        values = first_cell_values(notebook)
        findings += (
            Finding("conventions", checks.conventions, path, fault) for fault in _faults(values, checks.names)
        )
        if isinstance(identifier := values.get(_IDENTIFIER), str):
            owners[identifier].append(path)
    findings += (
        Finding("conventions", checks.conventions, path, f"{_IDENTIFIER} {identifier!r} is also in {first}.")
        for identifier, (first, *others) in owners.items()
        for path in others
    )
    return findings


def first_cell_values(notebook: NotebookNode) -> dict[str, Any]:
    """Return what the first code cell assigns to names, as far as it is written out."""
    source = next((cell.source for cell in notebook.cells if cell.cell_type == "code"), "")
    try:
        statements = ast.parse(source).body
    except SyntaxError:
        return {}
    values: dict[str, Any] = {}
    for statement in statements:
        if isinstance(statement, ast.Assign):
            names = [target.id for target in statement.targets if isinstance(target, ast.Name)]
            values |= dict.fromkeys(names, _literal(statement.value))
    return values


def _literal(node: ast.expr) -> Any:
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, RecursionError):
        return None


def _faults(values: Mapping[str, Any], names: Iterable[str]) -> list[str]:
    missing = [name for name in names if name not in values]
    faults = [f"The first code cell does not set {', '.join(missing)}."] if missing else []
    for name in names:
        if name in values and not _fits(name, values[name]):
            wanted = "a list of texts" if name in _LISTS else "a text that is not empty"
            faults.append(f"{name} must be {wanted}, written out.")
    return faults


def _fits(name: str, value: Any) -> bool:
    if name in _LISTS:
        return isinstance(value, list) and all(isinstance(item, str) and item for item in value)
    return isinstance(value, str) and bool(value.strip())
