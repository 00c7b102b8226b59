"""The notebook collection: listed by its cells, copied into the home, never changed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from .conftest import Lab


def _notebook(*cells: tuple[str, str]) -> str:
    made: list[dict[str, Any]] = [
        {"cell_type": kind, "source": [text], "metadata": {}} for kind, text in cells
    ]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


_STARS = _notebook(
    ("code", "__nbid__ = '0001'\n__keywords__ = ['stars', \"Hipparcos\"]\n"),
    (
        "markdown",
        "# The *nearest* stars\n\n*By somebody*\n\n"
        "You will\n\n1. find what lies [near](http://x),\n2. draw it.\n\n## More",
    ),
)


@pytest.fixture
def collection(lab: Lab) -> Path:
    folder = lab.collection
    (folder / "02_Stars").mkdir(exist_ok=True)
    (folder / "02_Stars" / "01_Nearest.ipynb").write_text(_STARS)
    (folder / "02_Stars" / ".ipynb_checkpoints").mkdir(exist_ok=True)
    (folder / "02_Stars" / ".ipynb_checkpoints" / "01.ipynb").write_text(_STARS)
    (folder / "02_Stars" / "02_VariableStars.ipynb").write_text("no notebook")
    for old in lab.home.glob("*.ipynb"):
        old.unlink()
    return folder


def test_a_notebook_is_listed_by_what_its_cells_say(lab: Lab, collection: Path) -> None:
    listed = lab.call("GET", "notebooks").json()["notebooks"]
    assert listed == [
        {
            "path": "02_Stars/01_Nearest.ipynb",
            "section": "Stars",
            "title": "The nearest stars",
            "description": "You will find what lies near, draw it.",
            "keywords": ["stars", "Hipparcos"],
        },
        {
            "path": "02_Stars/02_VariableStars.ipynb",
            "section": "Stars",
            "title": "Variable Stars",
            "description": "",
            "keywords": [],
        },
    ]


def test_copies_get_names_that_are_free(lab: Lab, collection: Path) -> None:
    said = {"path": "02_Stars/01_Nearest.ipynb"}
    names = [lab.call("POST", "notebooks/copy", json=said).json()["path"] for _ in range(2)]
    assert names == ["01_Nearest.ipynb", "01_Nearest-1.ipynb"]
    assert (lab.home / names[1]).read_text() == _STARS


@pytest.mark.parametrize("path", ["../token", "02_Stars/../../token", "/etc/passwd", "02_Stars"])
def test_only_notebooks_of_the_collection_are_copied(lab: Lab, collection: Path, path: str) -> None:
    answer = lab.call("POST", "notebooks/copy", json={"path": path})
    assert (answer.status_code, answer.json()["slug"]) == (404, "no-notebook")
    assert list(lab.home.glob("*.ipynb")) == []
