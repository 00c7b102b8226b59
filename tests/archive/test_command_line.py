"""The command line: one sentence and an exit code when the service cannot start."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest

from ..support.fake_hub import FakeHub
from ..support.ports import free_port
from ..support.running_archive import running_archive


def serve(folder: Path, settings: dict[str, Any]) -> subprocess.CompletedProcess[str]:
    config = folder / "config.json"
    config.write_text(json.dumps(settings), encoding="utf-8")
    command = [sys.executable, "-m", "astrohub_archive.main", "serve", "--config", str(config)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def refused(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 1
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("astrohub-archive: ")
    return lines[0]


@pytest.fixture
def good(tmp_path: Path, sample_data: Path) -> dict[str, Any]:
    return {
        "bind": {"port": free_port()},
        "publicData": str(sample_data),
        "workDir": str(tmp_path / "work"),
        "engine": {"quickWorkers": 1, "memoryLimitMb": 512, "threads": 1},
    }


def test_a_misspelt_key_stops_the_start(tmp_path: Path, good: dict[str, Any]) -> None:
    sentence = refused(serve(tmp_path, {**good, "engine": {"quickWorker": 1}}))
    assert "engine.quickWorker" in sentence


def test_missing_data_stop_the_start(tmp_path: Path, good: dict[str, Any]) -> None:
    sentence = refused(serve(tmp_path, {**good, "publicData": str(tmp_path / "nowhere")}))
    assert "nowhere does not exist" in sentence


def test_a_damaged_description_stops_the_start(
    tmp_path: Path, sample_data: Path, good: dict[str, Any]
) -> None:
    public = tmp_path / "public"
    shutil.copytree(sample_data, public)
    description = public / "hipparcos" / "hipparcos.yaml"
    description.write_text("name: [hipparcos", encoding="utf-8")
    assert "hipparcos.yaml" in refused(serve(tmp_path, {**good, "publicData": str(public)}))


def test_a_taken_port_stops_the_start(tmp_path: Path, good: dict[str, Any]) -> None:
    with socket.create_server(("127.0.0.1", good["bind"]["port"])):
        sentence = refused(serve(tmp_path, good))
    assert f"127.0.0.1:{good['bind']['port']}" in sentence
    assert "in use" in sentence


def test_a_work_folder_that_cannot_be_made_stops_the_start(tmp_path: Path, good: dict[str, Any]) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    sentence = refused(serve(tmp_path, {**good, "workDir": str(tmp_path / "file" / "work")}))
    assert "work folder" in sentence


def test_a_job_database_that_cannot_be_opened_stops_the_start(tmp_path: Path, good: dict[str, Any]) -> None:
    sentence = refused(serve(tmp_path, {**good, "databaseUrl": f"sqlite:///{tmp_path}/nowhere/jobs.sqlite"}))
    assert "job database" in sentence


def test_a_later_settings_file_replaces_what_an_earlier_one_says(
    tmp_path: Path, good: dict[str, Any]
) -> None:
    site, run = tmp_path / "site.yaml", tmp_path / "run.json"
    site.write_text(
        "limits: {syncS: 5}\nhub: {memoryS: 1, apiUrl: 'http://nowhere/hub/api'}\n", encoding="utf-8"
    )
    run.write_text(json.dumps({**good, "hub": {"memoryS": -1}}), encoding="utf-8")
    command = [sys.executable, "-m", "astrohub_archive.main", "serve"]
    done = subprocess.run(
        [*command, "--config", str(site), "--config", str(run)], capture_output=True, text=True, timeout=120
    )
    assert "hub.memoryS" in refused(done)


def test_the_service_needs_little_to_come_up(tmp_path: Path, sample_data: Path, hub: FakeHub) -> None:
    """Three seconds of wall clock on an idle machine; tests share theirs, so its own work is measured.

    Even that grows when others use the same caches: one start of several shows what it takes.
    """

    def processor_s(number: int) -> float:
        folder = tmp_path / str(number)
        folder.mkdir()
        with running_archive(folder, sample_data, hub.api_url) as archive:
            assert archive.process is not None
            times = psutil.Process(archive.process.pid).cpu_times()
            return times.user + times.system

    assert any(processor_s(number) < 3.5 for number in range(6))


@pytest.mark.parametrize("arguments", [["--help"], ["serve", "--help"], ["data", "--help"]])
def test_help_is_given_without_loading_the_service(arguments: list[str]) -> None:
    command = [sys.executable, "-X", "importtime", "-m", "astrohub_archive.main", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0
    assert "usage: astrohub-archive" in done.stdout
    assert "duckdb" not in done.stderr


def test_the_service_comes_up_without_what_only_queries_need() -> None:
    code = "import sys, astrohub_archive.server; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True
    )
    assert "astrohub_archive.application" in done.stdout
    assert not {"astropy", "jupyterhub", "pandas", "sqlglot"} & set(done.stdout.split())
