"""The wheel: what it puts where, and that it is not built without the page's part."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from traitlets.config.loader import PyFileConfigLoader

EXTENSIONS = Path(__file__).parents[2] / "extensions"
DATA = "astrohub_lab-0.1.0.data/data"


def _build(source: Path, target: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(target)]
    return subprocess.run(command, cwd=source, capture_output=True, text=True, timeout=400)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    target = tmp_path_factory.mktemp("wheel")
    result = _build(EXTENSIONS, target)
    assert result.returncode == 0, result.stderr
    (path,) = target.glob("*.whl")
    return zipfile.ZipFile(path)


def test_the_pages_part_lies_where_lab_looks_for_it(wheel: zipfile.ZipFile) -> None:
    place = f"{DATA}/share/jupyter/labextensions/@astrohub/lab"
    package = json.loads(wheel.read(f"{place}/package.json"))
    entry = package["jupyterlab"]["_build"]["load"]
    assert f"{place}/{entry}" in wheel.namelist()
    assert f"{place}/schemas/@astrohub/lab/query.json" in wheel.namelist()


def test_the_server_part_is_switched_on(wheel: zipfile.ZipFile) -> None:
    config = json.loads(wheel.read(f"{DATA}/etc/jupyter/jupyter_server_config.d/astrohub_lab.json"))
    assert config["ServerApp"]["jpserver_extensions"] == {"astrohub_lab": True}


def test_kernels_beside_the_server_keep_their_record(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    wheel.extract(name := f"{DATA}/etc/ipython/ipython_kernel_config.py", tmp_path)
    config = PyFileConfigLoader(name, str(tmp_path)).load_config()
    (module,) = config.InteractiveShellApp.extra_extensions.get_value([])
    assert f"{module.replace('.', '/')}.py" in wheel.namelist()


def test_nothing_is_packed_twice_or_by_accident(wheel: zipfile.ZipFile) -> None:
    outside = {name for name in wheel.namelist() if not name.startswith(f"{DATA}/")}
    assert {name for name in outside if "dist-info" not in name} == {
        f"astrohub_lab/{path.name}" for path in (EXTENSIONS / "astrohub_lab").iterdir() if path.is_file()
    }


def test_without_the_pages_part_the_build_says_what_to_do(tmp_path: Path) -> None:
    skip = shutil.ignore_patterns("labextension", "node_modules", "lib", "__pycache__")
    shutil.copytree(EXTENSIONS, tmp_path / "extensions", ignore=skip)
    result = _build(tmp_path / "extensions", tmp_path)
    assert result.returncode != 0
    assert "run `npm ci && npm run build` in extensions/ first" in result.stderr
    assert "Traceback" not in result.stderr
