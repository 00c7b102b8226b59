"""A tree that must not be published is refused as a whole, with the reason, and the last version stays."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from .repository import Repository
from .service import publish, published, write_settings


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    """A folder that was published once."""
    (tmp_path / "source").mkdir()
    (tmp_path / "source/a.ipynb").write_text("good")
    file = write_settings(
        tmp_path,
        source={"kind": "folder", "path": str(tmp_path / "source")},
        limits={"fileMb": 0.001, "totalMb": 0.0025, "files": 5, "depth": 3},
    )
    assert publish(file).returncode == 0
    return file


def _refused(tmp_path: Path, settings: Path) -> str:
    done = publish(settings)
    assert done.returncode == 1, done.stdout + done.stderr
    assert published(tmp_path) == {"a.ipynb": "good"}
    entry: dict[str, Any] = json.loads((tmp_path / "published/history.json").read_text())["entries"][0]
    assert entry["state"] == "refused"
    return str(entry["reason"])


@pytest.mark.parametrize("target", ["/etc/passwd", "../../outside", "../deep/../../outside", "../.."])
def test_a_link_that_leads_out_is_refused(tmp_path: Path, settings: Path, target: str) -> None:
    (tmp_path / "source/deep").mkdir()
    (tmp_path / "source/deep/link").symlink_to(target)
    assert "leads out" in _refused(tmp_path, settings)


def test_a_link_that_leads_out_over_another_link_is_refused(tmp_path: Path, settings: Path) -> None:
    deep = tmp_path / "source/one/two"
    deep.mkdir(parents=True)
    (deep / "root").symlink_to("../..")
    (deep / "out").symlink_to("root/..")
    assert "leads out" in _refused(tmp_path, settings)


def test_a_link_inside_is_kept(tmp_path: Path, settings: Path) -> None:
    (tmp_path / "source/b.ipynb").symlink_to("a.ipynb")
    assert publish(settings).returncode == 0
    assert os.readlink(tmp_path / "published/current/b.ipynb") == "a.ipynb"


@pytest.mark.parametrize(
    "name", ["new\nline", "bell\x07", "back\\slash", "right\u202eto-left", "zero\u200bwidth"]
)
def test_a_hostile_name_is_refused(tmp_path: Path, settings: Path, name: str) -> None:
    (tmp_path / "source" / name).write_text("x")
    assert "The name" in _refused(tmp_path, settings)


def test_a_name_that_is_not_utf8_is_refused(tmp_path: Path, settings: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path / "source") + b"/\xff")).write_text("x")
    assert "UTF-8" in _refused(tmp_path, settings)


def test_a_pipe_is_refused(tmp_path: Path, settings: Path) -> None:
    os.mkfifo(tmp_path / "source/pipe")
    assert "pipe" in _refused(tmp_path, settings)


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"b": "x" * 1001}, "0.001 MB"),
        ({"b": "x" * 999, "c": "x" * 999, "d": "x" * 999}, "0.0025 MB"),
        ({str(number): "" for number in range(6)}, "5 files"),
        ({"1/2/3/4": ""}, "3 folders"),
    ],
)
def test_a_tree_beyond_a_limit_is_refused_and_told_the_limit(
    tmp_path: Path, settings: Path, files: dict[str, str], reason: str
) -> None:
    for name, text in files.items():
        (tmp_path / "source" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "source" / name).write_text(text)
    assert reason in _refused(tmp_path, settings)


def test_a_submodule_is_refused(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    commit = repository.push("One", {"a.ipynb": "good"})
    settings = write_settings(tmp_path, source={"kind": "git", "url": repository.url})
    assert publish(settings).returncode == 0
    repository.git("update-index", "--add", "--cacheinfo", f"160000,{commit},other")
    repository.git("commit", "--quiet", "--message", "Two")
    repository.git("push", "--quiet", "origin", "HEAD:main")
    assert "submodule" in _refused(tmp_path, settings)


def test_a_link_in_a_repository_that_leads_out_is_refused(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    repository.push("One", {"a.ipynb": "good"})
    settings = write_settings(tmp_path, source={"kind": "git", "url": repository.url})
    assert publish(settings).returncode == 0
    (repository.tree / "evil").symlink_to("../../../../../../etc/passwd")
    repository.push_tree("Two")
    assert "leads out" in _refused(tmp_path, settings)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"sorce": {}}, "sorce"),
        ({"source": {"kind": "git", "url": "https://me:pass@example.org/x.git"}}, "tokenFile"),
        ({"source": {"kind": "git", "url": "ext::sh -c id"}}, "must begin with"),
        ({"source": {"kind": "git", "url": "https://example.org/x", "branch": "--upload-pack=x"}}, "branch"),
        ({"source": {"kind": "git", "url": "https://example.org/x", "subfolder": "../up"}}, "subfolder"),
    ],
)
def test_settings_that_do_not_fit_stop_the_start(tmp_path: Path, values: dict[str, Any], told: str) -> None:
    source = {"kind": "folder", "path": str(tmp_path)}
    done = publish(write_settings(tmp_path, **{"source": source, **values}))
    assert done.returncode == 2
    assert told in done.stderr
    assert "pass@" not in done.stderr
    assert "Traceback" not in done.stderr
