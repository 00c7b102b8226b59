"""What can be typed or switched is in the guide of whoever types or switches it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from . import surface
from .tree import ROOT, kept_files, read


def test_every_command_of_the_launcher_is_in_the_operators_guide() -> None:
    words = list(surface.options_of([str(ROOT / "astrohub")]))
    assert {"up", "down", "status", "token", "password", "logs", "data", "test"} <= set(words)
    faults = surface.unnamed(words, "./astrohub", surface.guide_text("operator"))
    assert not faults, "docs/guide/operator:\n" + "\n".join(faults)


def test_every_command_of_the_client_is_in_the_users_guide() -> None:
    words = list(surface.options_of([str(Path(sys.executable).with_name("astrohub"))]))
    assert "query" in words
    faults = surface.unnamed(words, "astrohub", surface.guide_text("user"))
    assert not faults, "docs/guide/user:\n" + "\n".join(faults)


def test_every_plugin_is_in_the_operators_guide() -> None:
    sources = kept_files(".ts", ".tsx", under=("extensions/src",))
    plugins = {name for path in sources for name in surface.plugins_of(read(path) or "")}
    assert plugins, "no plugin found under extensions/src"
    guide = surface.guide_text("operator")
    missing = sorted(name for name in plugins if f"`{name}`" not in guide)
    assert not missing, f"Say in docs/guide/operator what these do and how to switch them off: {missing}"


GUIDE = "# Commands\n\n## `./tool up`\n\n`--port N`: where.\n\n## `./tool down`\n\nStops.\n"


@pytest.mark.parametrize("word", ["sideways", "up --data", "down --port", "up --po"])
def test_a_word_that_the_guide_lacks_is_found(word: str) -> None:
    assert surface.unnamed([word], "./tool", GUIDE)
    assert not surface.unnamed(["up", "down", "up --port"], "./tool", GUIDE)


def test_commands_and_options_are_read_from_the_help(tmp_path: Path) -> None:
    tool = tmp_path / "tool.py"
    tool.write_text(
        "import argparse\n"
        "p = argparse.ArgumentParser(); s = p.add_subparsers(metavar='COMMAND')\n"
        "u = s.add_parser('up', help='start')\n"
        "u.add_argument('--port'); u.add_argument('--kind', choices=['a', 'b'])\n"
        "d = s.add_parser('data', help='data').add_subparsers()\n"
        "d.add_parser('make', help='make').add_argument('--rows')\n"
        "p.parse_args()\n"
    )
    words = list(surface.options_of([sys.executable, str(tool)]))
    assert words == ["up", "up --kind", "up --port", "data", "data make", "data make --rows"]


@pytest.mark.parametrize(
    "source",
    ["const p = { id: 'astrohub-lab:query', x }", 'export const QUERY_PLUGIN = "@astrohub/lab:query";'],
)
def test_a_plugin_is_read_from_its_source(source: str) -> None:
    assert len(surface.plugins_of(source)) == 1
