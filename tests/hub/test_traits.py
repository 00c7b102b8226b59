"""Each topic sets its traits and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from astrohub_hub.configure import apply
from astrohub_hub.scopes import ARCHIVE_ACCESS, USER_SCOPES
from astrohub_hub.settings import Settings, SettingsError
from astrohub_hub.traits import (
    authenticator,
    contract,
    database,
    logs,
    network,
    pages,
    roles,
    services,
    spawner,
)
from traitlets.config import Config


def test_the_proxy_is_started_by_somebody_else(settings: Settings) -> None:
    network.apply(c := Config(), settings)
    assert c.ConfigurableHTTPProxy.should_start is False
    assert c.ConfigurableHTTPProxy.auth_token == "p" * 64


def test_a_site_without_notebooks_links_to_none(settings: Settings) -> None:
    pages.apply(c := Config(), settings)
    assert c.JupyterHub.template_vars["has_notebooks"] is False


def test_only_a_site_behind_tls_says_its_public_address(content: dict[str, Any]) -> None:
    network.apply(plain := Config(), Settings.model_validate(content))
    network.apply(c := Config(), Settings.model_validate({**content, "publicUrl": "https://a.example/b"}))
    assert "public_url" not in plain.JupyterHub
    assert (c.JupyterHub.public_url, c.JupyterHub.bind_url) == (
        "https://a.example/b/",
        "http://127.0.0.1:8000/b/",
    )


def test_the_database_lies_with_the_data(settings: Settings) -> None:
    database.apply(c := Config(), settings)
    assert c.JupyterHub.db_url == f"sqlite:///{settings.data}/hub/jupyterhub.sqlite"


def test_a_site_may_have_another_database(content: dict[str, Any]) -> None:
    database.apply(
        c := Config(), Settings.model_validate({**content, "hub": {"databaseUrl": "postgresql://d"}})
    )
    assert c.JupyterHub.db_url == "postgresql://d"


def test_the_archive_has_a_route_and_the_launcher_has_none(settings: Settings) -> None:
    services.apply(c := Config(), settings)
    assert [(s["name"], s.get("url")) for s in c.JupyterHub.services] == [
        ("archive", "http://127.0.0.1:8090"),
        ("launcher", None),
    ]
    assert c.JupyterHub.trust_user_provided_tokens is True


def test_users_and_their_servers_reach_the_archive_and_do_not_publish(settings: Settings) -> None:
    roles.apply(c := Config(), settings)
    scopes = {role["name"]: set(role["scopes"]) for role in c.JupyterHub.load_roles}
    assert set(USER_SCOPES) <= scopes["user"] & scopes["server"]
    assert ARCHIVE_ACCESS in USER_SCOPES
    assert "custom:notebooks:publish" in c.JupyterHub.custom_scopes
    assert not any("custom:notebooks:publish" in held for held in scopes.values())


def test_the_launcher_neither_starts_servers_nor_changes_users(settings: Settings) -> None:
    launcher = next(role for role in roles.role_list(settings) if role["name"] == "launcher")
    assert not {"servers", "start:servers", "delete:servers", "users", "admin:users", "admin:servers"} & set(
        launcher["scopes"]
    )


def test_a_site_without_a_launcher_has_no_role_for_one(content: dict[str, Any]) -> None:
    del content["services"]["launcher"]
    assert {role["name"] for role in roles.role_list(Settings.model_validate(content))} == {"user", "server"}


def test_nobody_is_let_in_but_those_in_the_file(settings: Settings) -> None:
    authenticator.apply(c := Config(), settings)
    assert (c.Authenticator.allow_all, c.Authenticator.allow_existing_users) == (False, False)
    assert c.Authenticator.auth_refresh_strict is True


def test_a_broken_accounts_file_stops_the_hub(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "data" / "hub" / "accounts.json"
    file.parent.mkdir(parents=True)
    file.write_text("{")
    with pytest.raises(SettingsError, match=r"accounts\.json is not JSON"):
        authenticator.apply(Config(), settings)


def test_a_server_starts_the_labs_program_in_the_home(settings: Settings) -> None:
    spawner.apply(c := Config(), settings)
    assert c.Spawner.cmd == ["/environments/lab/bin/jupyterhub-singleuser"]
    assert (c.Spawner.notebook_dir, c.Spawner.default_url) == ("~", "/lab")


def test_no_secret_is_among_a_servers_arguments(settings: Settings) -> None:
    spawner.apply(c := Config(), settings)
    assert c.Spawner.args == list(spawner.SERVER_ARGUMENTS)


def test_a_server_is_told_where_everything_is(settings: Settings) -> None:
    assert contract.server_environment(settings, "researcher") == {
        "ASTROHUB_URL": "http://127.0.0.1:8000",
        "ASTROHUB_INTERNAL_URL": "http://127.0.0.1:8000",
        "ASTROHUB_TOKEN_FILE": f"{settings.data}/servers/researcher/default/token",
        "ASTROHUB_DATA": f"{settings.data}/public",
    }


def test_a_server_is_told_of_notebooks_that_exist(content: dict[str, Any], tmp_path: Path) -> None:
    settings = Settings.model_validate({**content, "notebooks": str(tmp_path)})
    assert contract.server_environment(settings, "a")["ASTROHUB_NOTEBOOKS"] == str(tmp_path)


def test_pages_cannot_be_framed_and_load_nothing_from_elsewhere(settings: Settings) -> None:
    pages.apply(c := Config(), settings)
    headers = c.JupyterHub.tornado_settings["headers"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert "http" not in headers["Content-Security-Policy"]
    assert c.JupyterHub.shutdown_on_logout is False


def test_cross_site_protection_stays_on(settings: Settings) -> None:
    apply(c := Config(), settings)
    assert "disable_check_xsrf" not in str(c)
    assert "xsrf_cookies" not in c.JupyterHub.tornado_settings


def test_the_log_level_is_the_sites(content: dict[str, Any]) -> None:
    logs.apply(c := Config(), Settings.model_validate({**content, "hub": {"logLevel": "WARNING"}}))
    assert c.JupyterHub.log_level == "WARNING"
