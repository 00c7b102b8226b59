"""The settings files: merged, typed, and refused with the path of what is wrong."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from astrohub_hub.settings import Settings, SettingsError, load_settings, settings_files

from .running_hub import ROOT


def _write(folder: Path, name: str, content: object) -> Path:
    file = folder / name
    file.write_text(json.dumps(content))
    return file


def test_a_later_file_wins_key_by_key(tmp_path: Path, content: dict[str, Any]) -> None:
    first = _write(tmp_path, "first.yaml", {**content, "servers": {"pollS": 7, "activityS": 70}})
    second = _write(tmp_path, "second.json", {"servers": {"activityS": 80}})
    settings = load_settings([first, second])
    assert (settings.servers.poll_s, settings.servers.activity_s) == (7, 80)


def test_a_misspelt_key_is_named_with_its_path(tmp_path: Path, content: dict[str, Any]) -> None:
    file = _write(tmp_path, "hub.json", {**content, "servers": {"polS": 7}})
    with pytest.raises(SettingsError, match=r"hub\.json do not fit: servers\.polS is not a known key\.$"):
        load_settings([file])


def test_a_missing_key_is_named(tmp_path: Path, content: dict[str, Any]) -> None:
    del content["proxy"]
    with pytest.raises(SettingsError, match=r"proxy is missing"):
        load_settings([_write(tmp_path, "hub.json", content)])


def test_a_wrong_secret_is_not_repeated(tmp_path: Path, content: dict[str, Any]) -> None:
    content["services"]["archive"]["apiToken"] = "short-secret"
    with pytest.raises(SettingsError) as refused:
        load_settings([_write(tmp_path, "hub.json", content)])
    assert "services.archive.apiToken" in str(refused.value)
    assert "short-secret" not in str(refused.value)


def test_secrets_do_not_show(settings: Settings) -> None:
    assert "llll" not in repr(settings)
    assert "pppp" not in repr(settings)


@pytest.mark.parametrize(
    ("text", "said"), [("a: [", "neither YAML nor JSON"), ("- a", "must hold keys and values")]
)
def test_a_file_that_is_no_settings_file_is_named(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "broken.yaml"
    file.write_text(text)
    with pytest.raises(SettingsError, match=f"broken.yaml.*{said}"):
        load_settings([file])


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"nowhere\.yaml cannot be read: No such file"):
        load_settings([tmp_path / "nowhere.yaml"])


def test_the_environment_names_the_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASTROHUB_HUB_CONFIG", "/a.yaml:/b.json")
    assert settings_files() == [Path("/a.yaml"), Path("/b.json")]
    monkeypatch.delenv("ASTROHUB_HUB_CONFIG")
    with pytest.raises(SettingsError, match="ASTROHUB_HUB_CONFIG"):
        settings_files()


def test_the_local_site_fits(tmp_path: Path, content: dict[str, Any]) -> None:
    local = yaml.safe_load((ROOT / "config" / "local" / "hub.yaml").read_text())
    assert Settings.model_validate({**local, **content}).servers.stop_with_hub


def test_the_inside_address_follows_the_proxy(content: dict[str, Any]) -> None:
    content |= {"publicUrl": "https://site.example/hub/", "publicBind": {"host": "0.0.0.0", "port": 81}}
    assert Settings.model_validate(content).inside_url == "http://127.0.0.1:81/hub"
    assert Settings.model_validate({**content, "internalUrl": "http://in/"}).inside_url == "http://in"


def test_the_schema_is_printed_in_camel_case() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "astrohub_hub.settings", "--schema"], capture_output=True, check=True
    )
    schema = json.loads(run.stdout)
    assert {"publicUrl", "labEnvironment", "services"} <= set(schema["properties"])
    assert schema["additionalProperties"] is False


def test_a_misspelt_key_stops_the_hub_with_one_sentence(tmp_path: Path, content: dict[str, Any]) -> None:
    file = _write(tmp_path, "hub.json", {**content, "hubb": {}})
    config = ROOT / "hub" / "astrohub_hub" / "jupyterhub_config.py"
    run = subprocess.run(
        [str(Path(sys.prefix) / "bin" / "jupyterhub"), "-f", str(config)],
        env={**os.environ, "ASTROHUB_HUB_CONFIG": str(file)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert run.returncode == 1
    assert run.stderr.strip().splitlines()[-1].endswith("hub.json do not fit: hubb is not a known key.")
    assert "Traceback" not in run.stderr
