"""The hub in a pod takes its settings from the chart's values and its secrets from the site's Secret."""

from __future__ import annotations

import atexit
import base64
import gc
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from astrohub_hub import cluster
from astrohub_hub.accounts import read_accounts, verify
from astrohub_hub.admin import main
from astrohub_hub.cluster import OUR_AUTHENTICATOR, apply, read_settings
from astrohub_hub.settings import SettingsError
from traitlets.config import Config

VALUES: dict[str, Any] = {
    "hub": {"baseUrl": "/"},
    "custom": {"astrohub": {"publicUrl": "https://hub.example", "servers": {"activityS": 60}}},
}


@pytest.fixture
def mounted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """What z2jh's chart mounts: the values, and the Secret that `astrohub-admin secret` has printed."""
    (tmp_path / "secret").mkdir()
    (tmp_path / "existing-secret").mkdir()
    (tmp_path / "secret" / "values.yaml").write_text(yaml.safe_dump(VALUES))
    assert main(["secret", "--admin", "ada", "--account", "grace"]) == 0
    printed = capsys.readouterr()
    for key, value in json.loads(printed.out)["data"].items():
        (tmp_path / "existing-secret" / key).write_bytes(base64.b64decode(value))
    (tmp_path / "passwords").write_text(printed.err)
    return tmp_path


def test_a_printed_secret_is_all_that_the_hub_needs(mounted: Path) -> None:
    settings, base_path = read_settings(mounted)
    archive = json.loads((mounted / "existing-secret" / "archive.json").read_text())
    assert settings.services.archive.api_token.get_secret_value() == archive["hub"]["apiToken"]
    assert settings.services.archive.url == "http://archive:8090"
    proxy_token = (mounted / "existing-secret" / "proxy-token").read_text()
    assert settings.proxy.auth_token.get_secret_value() == proxy_token
    assert settings.inside_url == "http://proxy-public"
    assert base_path == "/"


def test_the_shown_passwords_are_those_of_the_accounts(mounted: Path) -> None:
    settings, _ = read_settings(mounted)
    assert settings.accounts.file is not None
    accounts = read_accounts(settings.accounts.file)
    lines = (mounted / "passwords").read_text().splitlines()[1:]
    passwords = dict(line.split() for line in lines)
    found = {name: verify(accounts, name, password) for name, password in passwords.items()}
    assert {name: account and account.admin for name, account in found.items()} == {
        "ada": True,
        "grace": False,
    }
    assert verify(accounts, "ada", passwords["grace"]) is None


@pytest.mark.parametrize("key", ["proxy-token", "archive.json", "hub.config.JupyterHub.cookie_secret"])
def test_a_secret_without_a_key_stops_the_hub_and_names_it(mounted: Path, key: str) -> None:
    (mounted / "existing-secret" / key).unlink()
    with pytest.raises(SettingsError, match=rf"lacks {key}: make it with `astrohub-admin secret`"):
        read_settings(mounted)


def test_a_spoilt_archive_file_stops_the_hub_without_showing_it(mounted: Path) -> None:
    (mounted / "existing-secret" / "archive.json").write_text('{"hub": "very secret"}')
    with pytest.raises(SettingsError, match=r"archive\.json .* must be JSON with hub\.apiToken") as refused:
        read_settings(mounted)
    assert "very secret" not in str(refused.value)


def test_an_unknown_value_stops_the_hub(mounted: Path) -> None:
    values = {"custom": {"astrohub": {"publicUrl": "https://hub.example", "publickUrl": "x"}}}
    (mounted / "secret" / "values.yaml").write_text(yaml.safe_dump(values))
    with pytest.raises(SettingsError, match=r"jupyterhub\.custom\.astrohub .*publickUrl is not a known key"):
        read_settings(mounted)


def test_a_site_under_a_path_is_reached_under_it_from_inside_too(mounted: Path) -> None:
    values = {"hub": {"baseUrl": "/sky/"}, "custom": {"astrohub": {"publicUrl": "https://hub.example/sky/"}}}
    (mounted / "secret" / "values.yaml").write_text(yaml.safe_dump(values))
    settings, base_path = read_settings(mounted)
    assert (settings.inside_url, base_path) == ("http://proxy-public/sky", "/sky/")


def _z2jh(authenticator: str = OUR_AUTHENTICATOR) -> Config:
    """What z2jh's configuration has set before ours is applied."""
    c = Config()
    c.JupyterHub.services = [{"name": "jupyterhub-idle-culler", "command": ["python3"]}]
    c.JupyterHub.load_roles = [{"name": "jupyterhub-idle-culler", "scopes": ["list:users"]}]
    c.JupyterHub.authenticator_class = authenticator
    c.JupyterHub.db_url = "sqlite:///jupyterhub.sqlite"
    c.KubeSpawner.image = "lab:1"
    return c


def test_what_z2jh_has_set_up_stays_beside_ours(mounted: Path) -> None:
    settings, base_path = read_settings(mounted)
    apply(c := _z2jh(), settings, base_path)
    assert [service["name"] for service in c.JupyterHub.services] == [
        "jupyterhub-idle-culler",
        "archive",
        "launcher",
        "monitor",
    ]
    assert [role["name"] for role in c.JupyterHub.load_roles][:2] == ["jupyterhub-idle-culler", "user"]
    assert c.JupyterHub.db_url == "sqlite:///jupyterhub.sqlite"
    assert c.JupyterHub.public_url == "https://hub.example/"
    assert c.Authenticator.allowed_users == {"ada", "grace"}


def test_another_way_to_log_in_is_left_as_the_values_have_it(mounted: Path) -> None:
    settings, base_path = read_settings(mounted)
    apply(c := _z2jh("github"), settings, base_path)
    assert c.JupyterHub.authenticator_class == "github"
    assert "allowed_users" not in c.Authenticator


def test_an_address_and_a_base_path_that_differ_stop_the_hub(mounted: Path) -> None:
    settings, _ = read_settings(mounted)
    with pytest.raises(SettingsError, match=r"has the path / but jupyterhub\.hub\.baseUrl is /science/"):
        apply(_z2jh(), settings, "/science/")


def test_a_hub_that_ends_does_not_look_for_circles_among_its_objects(
    mounted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    registered: list[object] = []
    monkeypatch.setattr(atexit, "register", registered.append)
    monkeypatch.setattr(cluster, "read_settings", lambda: read_settings(mounted))
    cluster.configure(Config())
    assert registered == [gc.freeze]
