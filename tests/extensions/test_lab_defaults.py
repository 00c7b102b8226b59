"""The distribution's defaults of JupyterLab: it asks nobody outside, and follows the system's colours."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx
import pytest

from .conftest import Lab


def _get(lab: Lab, path: str) -> httpx.Response:
    answer = httpx.get(f"{lab.url}{path}", headers={"Authorization": f"token {lab.token}"}, timeout=30)
    answer.raise_for_status()
    return answer


@pytest.fixture
def page_config(lab: Lab) -> dict[str, Any]:
    found = re.search(
        r'id="jupyter-config-data"[^>]*>\s*(\{.*?\})\s*</script>', _get(lab, "/lab").text, re.DOTALL
    )
    assert found is not None
    config: dict[str, Any] = json.loads(found[1])
    return config


def test_news_are_off(page_config: dict[str, Any]) -> None:
    assert page_config["news"] == {"disabled": True}


def test_extensions_are_listed_but_not_fetched(page_config: dict[str, Any]) -> None:
    assert page_config["extensionManager"]["name"] == "read-only"
    assert page_config["extensionManager"]["can_install"] is False


def test_the_look_for_updates_finds_nothing_without_asking(lab: Lab) -> None:
    assert _get(lab, "/lab/api/update").json()["notification"] is None


@pytest.mark.parametrize(
    ("plugin", "expected"),
    [
        ("@jupyterlab/apputils-extension:notification", {"fetchNews": "false", "checkForUpdates": False}),
        ("@jupyterlab/apputils-extension:themes", {"adaptive-theme": True}),
        ("@jupyterlab/extensionmanager-extension:plugin", {"enabled": False}),
    ],
)
def test_a_setting_has_the_distributions_default(lab: Lab, plugin: str, expected: dict[str, Any]) -> None:
    schema = _get(lab, f"/lab/api/settings/{plugin}").json()["schema"]["properties"]
    assert {name: schema[name]["default"] for name in expected} == expected


def test_the_extension_is_offered_to_the_page(page_config: dict[str, Any]) -> None:
    names = [extension["name"] for extension in page_config["federated_extensions"]]
    assert "@astrohub/lab" in names
