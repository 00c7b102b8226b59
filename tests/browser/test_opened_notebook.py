"""A notebook from elsewhere, opened by its address: it has a kernel, and nobody is asked for one."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, expect

from tests.support.platform import RunningPlatform

from .conftest import USER
from .home import write_as_owner

#: As programs write it that make notebooks: a kernel of another computer, and nothing of its language.
ELSEWHERE = {"kernelspec": {"name": "conda-env-stars", "display_name": "Stars", "language": "python"}}
CELL = {"id": "one", "cell_type": "code", "source": "6 * 7", "metadata": {}, "outputs": []}


@pytest.mark.parametrize("metadata", [{}, ELSEWHERE], ids=["no kernel", "a kernel that is not here"])
def test_a_notebook_from_elsewhere_opens_with_the_sites_kernel(
    lab: Page, platform: RunningPlatform, tidy: None, metadata: dict[str, object]
) -> None:
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": metadata}
    content = notebook | {"cells": [CELL | {"execution_count": None}]}
    home = platform.data / "vospace" / "home" / USER
    write_as_owner(home, {"elsewhere.ipynb": json.dumps(content).encode()})
    lab.goto(f"{platform.url}/user/{USER}/lab/tree/elsewhere.ipynb?reset=1")
    cell = lab.locator(".jp-Notebook .jp-CodeCell .cm-content")
    # Only the kernel can have told the language: the notebook does not.
    expect(cell).to_have_attribute("data-language", "python")
    expect(lab.locator(".jp-Toolbar-kernelName")).to_have_text("Python 3 (astrohub)")
    expect(lab.locator(".jp-Dialog")).to_have_count(0)
    cell.click()
    lab.keyboard.press("Shift+Enter")
    expect(lab.locator(".jp-OutputArea-output")).to_contain_text("42")
