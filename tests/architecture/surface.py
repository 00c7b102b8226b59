"""What people can type or switch: commands, options and plugins, and whether a guide names them."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable, Iterator, Sequence

from .tree import ROOT

__all__ = ["guide_text", "options_of", "plugins_of", "unnamed"]

_COMMAND = re.compile(r"(?m)^ {4}([a-z][a-z0-9-]*)(?= {2,}|$)")
_OPTION = re.compile(r"(?<![\w-])--[a-z][a-z0-9-]*")
_PLUGIN = re.compile(r"""\bid:\s*['"`]([^'"`]+)['"`]""")
_PLUGIN_CONSTANT = re.compile(r"""\b[A-Z_]*PLUGIN[A-Z_]*\s*=\s*['"`]([^'"`]+:[^'"`]+)['"`]""")


def options_of(program: Sequence[str], path: tuple[str, ...] = ()) -> Iterator[str]:
    """Ask a program for its commands and options: yields "up", "up --port", …"""
    result = subprocess.run(
        [*program, *path, "--help"],
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "1000"},
        capture_output=True,
        text=True,
        timeout=200,
    )
    if result.returncode:
        raise AssertionError(f"{' '.join([*program, *path])} --help fails: {result.stderr[-400:]}")
    if path:
        yield " ".join(path)
    for option in sorted(set(_OPTION.findall(result.stdout)) - {"--help"}):
        yield " ".join([*path, option])
    if "..." in result.stdout.splitlines()[0]:
        for command in _COMMAND.findall(result.stdout):
            yield from options_of(program, (*path, command))


def plugins_of(text: str) -> set[str]:
    """Return the identifiers of JupyterLab plugins that a TypeScript source declares."""
    found = set(_PLUGIN.findall(text)) | set(_PLUGIN_CONSTANT.findall(text))
    return {name for name in found if re.fullmatch(r"@?[\w/-]+:[\w-]+", name)}


def unnamed(words: Iterable[str], command: str, guide: str) -> list[str]:
    """Find commands and options that a guide does not show.

    A command is shown as `command name`; an option stands in a section that shows its command.
    """
    sections = _sections(guide)
    faults = []
    for word in words:
        *commands, last = word.split(" ")
        if last.startswith("--"):
            holder = " ".join([command, *commands])
            texts = [text for heading, text in sections if not commands or holder in heading + text]
            shown = any(re.search(rf"(?<![\w-]){re.escape(last)}(?![\w-])", text) for text in texts)
        else:
            shown = f"{command} {word}" in guide
        if not shown:
            faults.append(f"`{command} {word}` is not in the guide: add a line that says what it does")
    return faults


def guide_text(folder: str) -> str:
    """Return all pages of one guide, joined."""
    pages = sorted((ROOT / "docs" / "guide" / folder).rglob("*.md"))
    return "\n".join(page.read_text(encoding="utf-8") for page in pages)


def _sections(guide: str) -> list[tuple[str, str]]:
    parts = re.split(r"(?m)^(#{1,6} .*)$", guide)
    return list(zip(parts[1::2], parts[2::2], strict=True))
