"""The shape of source files: how long, how named, how introduced."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from .tree import is_test, parse

__all__ = [
    "FILE_LINES",
    "FUNCTION_LINES",
    "empty_names",
    "long_files",
    "long_functions",
    "missing_first_lines",
    "undocumented_functions",
]

FILE_LINES = 500
FUNCTION_LINES = 50
NAMES_THAT_SAY_NOTHING = frozenset({"util", "utils", "helper", "helpers", "common", "misc", "_internals"})

_Function = ast.FunctionDef | ast.AsyncFunctionDef


def long_files(path: Path, text: str) -> list[str]:
    """Find a file that is longer than the limit."""
    lines = len(text.splitlines())
    if lines <= FILE_LINES:
        return []
    return [f"{path}: {lines} lines, {FILE_LINES} at most: split it along its ideas"]


def long_functions(path: Path, text: str) -> list[str]:
    """Find Python functions whose body without its docstring is longer than the limit."""
    faults = []
    for function in _functions(parse(text)):
        body = function.body[1:] if ast.get_docstring(function) else function.body
        lines = (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0
        if lines > FUNCTION_LINES:
            where = f"{path}:{function.lineno} {function.name}"
            faults.append(f"{where}: {lines} lines, {FUNCTION_LINES} at most: give its steps names")
    return faults


def empty_names(path: Path) -> list[str]:
    """Find files and folders whose name says nothing about what is inside."""
    stems = {path.stem, *path.parent.parts} & NAMES_THAT_SAY_NOTHING
    return [f"{path}: name it by its noun, not `{stem}`" for stem in sorted(stems)]


def missing_first_lines(path: Path, text: str) -> list[str]:
    """Find modules that do not say in their first line what they are."""
    if not text.strip():
        return []
    if path.suffix == ".py":
        said = bool((ast.get_docstring(parse(text)) or "").split("\n")[0].strip())
    else:
        said = text.lstrip().startswith(("/**", "//", "/*"))
    return [] if said else [f"{path}: begin with one line that says what the file is"]


def undocumented_functions(path: Path, text: str) -> list[str]:
    """Find public functions and methods of shipped Python that carry no docstring."""
    if is_test(path):
        return []
    return [
        f"{path}:{function.lineno} {name}: public, so it needs a docstring (imperative first line)"
        for name, function in _public(parse(text))
        if not ast.get_docstring(function) and not _is_exempt(function)
    ]


def _functions(tree: ast.AST) -> Iterator[_Function]:
    return (node for node in ast.walk(tree) if isinstance(node, _Function))


def _public(node: ast.Module | ast.ClassDef, prefix: str = "") -> Iterator[tuple[str, _Function]]:
    for child in node.body:
        if isinstance(child, ast.ClassDef) and not child.name.startswith("_"):
            yield from _public(child, f"{prefix}{child.name}.")
        elif isinstance(child, _Function) and not child.name.startswith("_"):
            yield prefix + child.name, child


def _is_exempt(function: _Function) -> bool:
    words = {ast.unparse(decorator).split("(")[0].split(".")[-1] for decorator in function.decorator_list}
    return bool(words & {"overload", "override", "setter"})
