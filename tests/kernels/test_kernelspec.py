"""A Jupyter server shows our kernel once, as its default, and runs notebooks that name the plain one."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from astrohub.kernelspecs import KernelSpecs
from jupyter_client.manager import KernelManager
from jupyter_server.serverapp import ServerApp


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ServerApp:
    """A server that has read what is installed beside it, and nothing of the user's."""
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    server = ServerApp()
    server.load_config_file()
    server.init_configurables()
    return server


def test_our_kernel_is_listed_and_the_plain_one_is_not(server: ServerApp) -> None:
    listed = server.kernel_spec_manager.get_all_specs()
    assert "python3" not in listed
    assert listed["astrohub"]["spec"]["display_name"] == "Python 3 (astrohub)"
    assert Path(listed["astrohub"]["resource_dir"], "logo-svg.svg").exists()


def test_our_kernel_is_the_default(server: ServerApp) -> None:
    assert server.kernel_manager.default_kernel_name == "astrohub"


def test_a_notebook_that_names_the_plain_one_still_runs(server: ServerApp) -> None:
    assert server.kernel_spec_manager.get_kernel_spec("python3").language == "python"


def test_a_users_own_kernel_is_listed(server: ServerApp, tmp_path: Path) -> None:
    own = tmp_path / "data" / "kernels" / "mine"
    own.mkdir(parents=True)
    (own / "kernel.json").write_text(json.dumps({"argv": ["x"], "display_name": "Mine", "language": "x"}))
    assert "mine" in server.kernel_spec_manager.find_kernel_specs()


def test_without_ours_the_plain_one_is_listed(tmp_path: Path) -> None:
    specs = KernelSpecs(kernel_dirs=[str(Path(sys.prefix, "share", "jupyter", "kernels"))])
    assert set(specs.find_kernel_specs()) >= {"astrohub"}
    assert "python3" in KernelSpecs(kernel_dirs=[str(tmp_path)]).find_kernel_specs()


def test_the_kernel_runs_in_this_environment() -> None:
    manager = KernelManager(kernel_name="astrohub")
    manager.start_kernel()
    try:
        client = manager.blocking_client()
        client.start_channels()
        client.wait_for_ready(timeout=120)
        answer = client.execute_interactive(
            "import sys, astrohub", user_expressions={"prefix": "sys.prefix"}, timeout=120
        )
        assert sys.prefix in answer["content"]["user_expressions"]["prefix"]["data"]["text/plain"]
        client.stop_channels()
    finally:
        manager.shutdown_kernel(now=True)
