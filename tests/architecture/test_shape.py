"""Files and functions stay short, named by their noun, introduced by a first line."""

from __future__ import annotations

from pathlib import Path

import pytest

from . import shape
from .tree import is_generated, kept_files, read

PYTHON = [path for path in kept_files(".py") if not is_generated(path)]
SCRIPT = [path for path in kept_files(".ts", ".tsx") if not is_generated(path)]


def _text(path: Path) -> str:
    return read(path) or ""


def test_no_file_is_longer_than_500_lines() -> None:
    faults = [fault for path in PYTHON + SCRIPT for fault in shape.long_files(path, _text(path))]
    assert not faults, "\n".join(faults)


def test_no_python_function_is_longer_than_50_lines() -> None:
    faults = [fault for path in PYTHON for fault in shape.long_functions(path, _text(path))]
    assert not faults, "\n".join(faults)


def test_every_name_says_what_is_inside() -> None:
    faults = [fault for path in PYTHON + SCRIPT for fault in shape.empty_names(path)]
    assert not faults, "\n".join(faults)


def test_every_module_says_in_its_first_line_what_it_is() -> None:
    faults = [fault for path in PYTHON + SCRIPT for fault in shape.missing_first_lines(path, _text(path))]
    assert not faults, "\n".join(faults)


def test_every_public_function_has_a_docstring() -> None:
    faults = [fault for path in PYTHON for fault in shape.undocumented_functions(path, _text(path))]
    assert not faults, "\n".join(faults)


def test_a_file_of_501_lines_is_found() -> None:
    assert not shape.long_files(Path("a.py"), "x = 1\n" * 500)
    assert shape.long_files(Path("a.ts"), "x = 1\n" * 501)


@pytest.mark.parametrize("head", ["def f():", "async def f():", "class C:\n  def f(self):"])
def test_a_function_of_51_lines_is_found(head: str) -> None:
    def source(lines: int) -> str:
        return head + "\n" + '    """Say."""\n' + "    x = 1\n" * lines

    assert not shape.long_functions(Path("a.py"), source(50))
    assert shape.long_functions(Path("a.py"), source(51))


@pytest.mark.parametrize("name", ["a/utils.py", "helpers.ts", "a/common/b.py", "misc.py"])
def test_a_name_that_says_nothing_is_found(name: str) -> None:
    assert shape.empty_names(Path(name))
    assert not shape.empty_names(Path("a/planner.py"))


@pytest.mark.parametrize(
    ("name", "text"), [("a.py", "import os\n"), ("a.py", '"""\n"""\n'), ("a.ts", "let a;")]
)
def test_a_module_without_a_first_line_is_found(name: str, text: str) -> None:
    assert shape.missing_first_lines(Path(name), text)


@pytest.mark.parametrize(
    "text",
    ["def f():\n  pass\n", "class C:\n  def f(self):\n    pass\n", "class C:\n  async def f(self): ...\n"],
)
def test_a_public_function_without_docstring_is_found(text: str) -> None:
    assert shape.undocumented_functions(Path("a.py"), text)
    assert not shape.undocumented_functions(Path("a.py"), text.replace(" f(", " _f("))
