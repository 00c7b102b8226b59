"""What is found without running anything."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from nbtester import Settings, check_collection, load_settings

from .collections_on_disk import make_notebook, nbtester


def _found(collection: Path, **checks: object) -> set[tuple[str, str]]:
    settings = load_settings([], {"checks": checks})
    return {(finding.check, finding.path) for finding in check_collection(collection, settings)}


def _bare(path: Path, source: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    nbformat.write(notebook, path)


def test_a_fit_collection_has_no_findings(tmp_path: Path) -> None:
    make_notebook(tmp_path / "01_Start/a.ipynb", "1")
    assert check_collection(tmp_path, Settings()) == ()


@pytest.mark.parametrize("name", ["Untitled.ipynb", "Untitled3.ipynb", "a-Copy1.ipynb"])
def test_a_notebook_left_by_accident_is_found(tmp_path: Path, name: str) -> None:
    make_notebook(tmp_path / name)
    assert _found(tmp_path) == {("untitled", name)}


def test_an_html_twin_is_found_and_other_pages_are_not(tmp_path: Path) -> None:
    make_notebook(tmp_path / "a.ipynb")
    (tmp_path / "a.html").write_text("")
    (tmp_path / "about.html").write_text("")
    assert _found(tmp_path) == {("html-twins", "a.html")}


def test_names_that_differ_in_case_only_are_found(tmp_path: Path) -> None:
    make_notebook(tmp_path / "a/Plot.ipynb")
    make_notebook(tmp_path / "a/plot.ipynb")
    (tmp_path / "A").mkdir()
    assert _found(tmp_path) == {("case-twins", "a"), ("case-twins", "a/plot.ipynb")}


def test_a_virtual_environment_is_found_and_its_notebooks_are_not_run(tmp_path: Path) -> None:
    make_notebook(tmp_path / "a.ipynb")
    (tmp_path / "env").mkdir()
    (tmp_path / "env/pyvenv.cfg").write_text("")
    make_notebook(tmp_path / "env/lib/b.ipynb")
    assert _found(tmp_path) == {("environments", "env")}
    assert nbtester("list", tmp_path).stdout == "a.ipynb\n"


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"cells": 3, "nbformat": 4, "metadata": {}}'])
def test_a_file_that_is_no_notebook_is_found(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.ipynb").write_text(content)
    assert _found(tmp_path) == {("unreadable", "a.ipynb")}


def test_outputs_are_found_if_asked(tmp_path: Path) -> None:
    path = make_notebook(tmp_path / "a.ipynb")
    notebook = nbformat.read(path, 4)
    notebook.cells[0].execution_count = 1
    nbformat.write(notebook, path)
    assert _found(tmp_path) == set()
    assert _found(tmp_path, executedOutputs="fail") == {("executed-outputs", "a.ipynb")}
    assert nbtester("check", tmp_path, "--no-outputs").returncode == 1


def test_a_large_file_is_a_warning(tmp_path: Path) -> None:
    (tmp_path / "data.bin").write_bytes(b"x" * 2000)
    assert _found(tmp_path, largeFileMb=0.001) == {("large-files", "data.bin")}
    assert nbtester("check", tmp_path).returncode == 0


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("x = 1", "does not set __nbid__, __author__, __version__, __datasets__, __keywords__"),
        ("1 +", "does not set"),
        (
            "__nbid__ = 1\n__author__ = ''\n__version__ = 'x'\n__datasets__ = 'gaia'\n__keywords__ = []",
            "__nbid__ must be a text",
        ),
        ("__nbid__ = open('x')", "__nbid__ must be a text that is not empty, written out"),
    ],
)
def test_a_first_cell_without_the_conventions_is_found(tmp_path: Path, source: str, told: str) -> None:
    _bare(tmp_path / "a.ipynb", source)
    said = " ".join(finding.message for finding in check_collection(tmp_path, Settings()))
    assert told in said


def test_an_identifier_given_twice_is_found(tmp_path: Path) -> None:
    path = make_notebook(tmp_path / "a.ipynb")
    (tmp_path / "b.ipynb").write_bytes(path.read_bytes())
    assert _found(tmp_path) == {("conventions", "b.ipynb")}


def test_a_check_can_be_switched_off(tmp_path: Path) -> None:
    _bare(tmp_path / "Untitled.ipynb", "1")
    assert _found(tmp_path, conventions="off", untitled="off") == set()
