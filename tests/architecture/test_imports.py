"""Packages import downwards only, and never another distribution."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from . import imports
from .tree import MEMBERS, ROOT, kept_files, read

CONTRACTS = Path(__file__).with_name("importlinter.ini")
ARCHIVE = Path("services/archive/astrohub_archive")
LAUNCHER = Path("launcher/astrohub_launcher")
#: Packages of the archive that every protocol may use; any other package in it is a protocol.
GROUND = frozenset(
    {"adql", "catalog", "data", "engine", "formats", "identity", "ivoa", "pages", "table_files", "web"}
)
#: Packages that speak of another protocol's operations in a dialect of their own: they stand above it.
FACADES = frozenset({"user_tables"})


def _lint(roots: list[Path], where: Path) -> subprocess.CompletedProcess[str]:
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    return subprocess.run(
        [sys.executable, "-c", program, "--config", str(CONTRACTS), "--no-cache", "--no-logo"],
        cwd=where,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, roots))},
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.fixture
def copied_members(tmp_path: Path) -> Path:
    """Copy the import packages to one folder, where a test may break them."""
    for folder, package in MEMBERS.items():
        shutil.copytree(
            ROOT / folder / package,
            tmp_path / package,
            ignore=shutil.ignore_patterns("labextension", "__pycache__"),
        )
    return tmp_path


def test_all_import_contracts_hold() -> None:
    result = _lint([ROOT / folder for folder in MEMBERS], ROOT)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("astrohub_hub/__init__.py", "import astrohub_archive", "Distributions meet by wire or by file only"),
        ("astrohub/__init__.py", "import astrohub_lab", "Distributions meet by wire or by file only"),
        ("astrohub_archive/models.py", "from . import engine", "The archive's layers point down"),
        ("astrohub_archive/engine/__init__.py", "from .. import adql", "The archive's layers point down"),
        ("astrohub_archive/errors.py", "from . import main", "The archive's layers point down"),
        ("astrohub_archive/tap/jobs.py", "from . import handlers", "TAP's handlers stand on its operations"),
        ("astrohub_hub/settings.py", "from . import spawner", "The hub's layers point down"),
        ("astrohub_launcher/parts/part.py", "from .. import setup", "The launcher's layers point down"),
        (
            "astrohub_lab/errors.py",
            "from . import handlers",
            "The layers of the Lab's server part point down",
        ),
        ("astrohub/errors.py", "from . import client", "The client's layers point down"),
    ],
)
def test_an_import_against_the_rules_is_found(
    copied_members: Path, module: str, line: str, contract: str
) -> None:
    with (copied_members / module).open("a") as file:
        file.write(f"\n{line}\n")
    result = _lint([copied_members], copied_members)
    assert result.returncode != 0
    assert f"{contract} BROKEN" in " ".join(result.stdout.split()), result.stdout


def test_a_circle_is_found(copied_members: Path) -> None:
    (copied_members / "astrohub_hub/first.py").write_text('"""First."""\nfrom . import second\n')
    (copied_members / "astrohub_hub/second.py").write_text('"""Second."""\nfrom . import first\n')
    assert "No circles BROKEN" in " ".join(_lint([copied_members], copied_members).stdout.split())


def test_the_launcher_imports_the_standard_library_only() -> None:
    faults = [
        fault
        for path in kept_files(".py", under=(str(LAUNCHER),))
        for fault in imports.foreign_imports(path, read(path) or "", LAUNCHER.name)
    ]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("line", ["import yaml", "from requests import get", "def f():\n    import psutil"])
def test_a_third_party_import_in_the_launcher_is_found(line: str) -> None:
    assert imports.foreign_imports(Path("a.py"), line, "astrohub_launcher")


def test_protocols_do_not_import_each_other() -> None:
    files = [path.relative_to(ARCHIVE) for path in kept_files(".py", under=(str(ARCHIVE),))]
    protocols = {path.parts[0] for path in files if len(path.parts) > 1} - GROUND
    assert "tap" in protocols
    faults = [
        fault
        for path in files
        if path.parts[0] not in FACADES
        for fault in imports.protocol_crossings(path, read(ARCHIVE / path) or "", protocols)
    ]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("mydb/tables.py", "from ..tap import jobs"),
        ("mydb/tables.py", "from .. import tap"),
        ("mydb/a/b.py", "from ...tap.jobs import Job"),
        ("mydb/tables.py", "import astrohub_archive.tap.jobs"),
    ],
)
def test_an_import_from_protocol_to_protocol_is_found(path: str, line: str) -> None:
    assert imports.protocol_crossings(Path(path), line, {"tap", "mydb"})
    assert not imports.protocol_crossings(Path(path), line.replace("tap", "ivoa"), {"tap", "mydb"})
