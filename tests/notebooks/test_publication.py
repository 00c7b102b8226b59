"""What is published, and how: whole, read-only, from a folder and from a repository."""

from __future__ import annotations

import base64
import json
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from .repository import Repository, serve_over_http
from .service import publish, published, write_settings

# The command, which kills itself when it is about to write a certain file of a new version.
KILLED_AT_A_FILE = """
import os, runpy, signal, sys

def look(event, given):
    if event == "open" and ".incoming-" in str(given[0]) and str(given[0]).endswith("0050.ipynb"):
        os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(look)
runpy.run_module("astrohub_notebooks.main", run_name="__main__")
"""


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


def _folder(tmp_path: Path, files: dict[str, str]) -> dict[str, str]:
    source = tmp_path / "source"
    for name, text in files.items():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text(text)
    return {"kind": "folder", "path": str(source)}


def _history(tmp_path: Path) -> list[dict[str, str]]:
    return json.loads((tmp_path / "published/history.json").read_text())["entries"]


def test_a_folder_is_published_read_only_without_what_is_left_out(tmp_path: Path) -> None:
    files = {"01_Start/a.ipynb": "{}", ".git/config": "x", "01_Start/.ipynb_checkpoints/a.ipynb": "x"}
    assert publish(write_settings(tmp_path, source=_folder(tmp_path, files))).returncode == 0
    assert published(tmp_path) == {"01_Start/a.ipynb": "{}"}
    current = tmp_path / "published/current"
    assert stat.S_IMODE((current / "01_Start").stat().st_mode) == 0o555
    assert stat.S_IMODE((current / "01_Start/a.ipynb").stat().st_mode) == 0o444


def test_the_same_content_is_published_once(tmp_path: Path) -> None:
    settings = write_settings(tmp_path, source=_folder(tmp_path, {"a.ipynb": "{}"}))
    assert publish(settings).stdout.startswith("published ")
    assert publish(settings).stdout.startswith("nothing new")
    assert len(_history(tmp_path)) == 1


def test_a_branch_and_a_subfolder_are_published_under_their_commit(
    tmp_path: Path, repository: Repository
) -> None:
    commit = repository.push("The first", {"notebooks/a.ipynb": "one", "README": "not this"})
    source = {"kind": "git", "url": repository.url, "subfolder": "notebooks"}
    assert publish(write_settings(tmp_path, source=source)).stdout == f"published {commit}\n"
    assert published(tmp_path) == {"a.ipynb": "one"}
    assert (tmp_path / "published/versions" / commit).is_dir()
    assert _history(tmp_path)[0]["message"] == "The first"


def test_a_forced_push_and_an_executable_file_arrive(tmp_path: Path, repository: Repository) -> None:
    settings = write_settings(tmp_path, source={"kind": "git", "url": repository.url})
    repository.push("One", {"a.ipynb": "one"})
    assert publish(settings).returncode == 0
    (repository.tree / "run.sh").write_text("echo")
    (repository.tree / "run.sh").chmod(0o755)
    repository.git("add", "run.sh")
    repository.git("commit", "--quiet", "--amend", "--message", "Another")
    repository.git("push", "--quiet", "--force", "origin", "HEAD:main")
    assert publish(settings).returncode == 0
    assert published(tmp_path) == {"a.ipynb": "one", "run.sh": "echo"}
    assert stat.S_IMODE((tmp_path / "published/current/run.sh").stat().st_mode) == 0o555


def test_a_private_repository_is_read_over_http_with_its_token(
    tmp_path: Path, repository: Repository
) -> None:
    repository.push("One", {"a.ipynb": "one"})
    token = tmp_path / "token"
    token.write_text("s3cret-token\n")
    word = "Basic " + base64.b64encode(b"git:s3cret-token").decode()
    with serve_over_http(repository, word) as url:
        source = {"kind": "git", "url": url}
        refused = publish(write_settings(tmp_path, source=source))
        assert refused.returncode == 2
        assert "git cannot read" in refused.stderr
        done = publish(write_settings(tmp_path, source={**source, "tokenFile": str(token)}))
    assert done.returncode == 0, done.stderr
    assert published(tmp_path) == {"a.ipynb": "one"}
    kept = [path for path in (tmp_path / "published").rglob("*") if path.is_file()]
    assert not any(b"s3cret" in path.read_bytes() for path in kept)
    assert "s3cret" not in done.stderr + done.stdout + refused.stderr


def test_old_versions_go_and_the_current_one_stays(tmp_path: Path, repository: Repository) -> None:
    settings = write_settings(tmp_path, source={"kind": "git", "url": repository.url}, keepVersions=2)
    commits = []
    for number in range(4):
        commits.append(repository.push(f"Number {number}", {"a.ipynb": str(number)}))
        assert publish(settings).returncode == 0
    assert {path.name for path in (tmp_path / "published/versions").iterdir()} == set(commits[-2:])
    assert published(tmp_path) == {"a.ipynb": "3"}


def test_a_source_that_cannot_be_fetched_leaves_the_last_version(
    tmp_path: Path, repository: Repository
) -> None:
    settings = write_settings(tmp_path, source={"kind": "git", "url": repository.url})
    repository.push("One", {"a.ipynb": "one"})
    assert publish(settings).returncode == 0
    repository.bare.rename(tmp_path / "gone")
    done = publish(settings)
    assert done.returncode == 2
    assert "git cannot read" in done.stderr
    assert "Traceback" not in done.stderr
    assert published(tmp_path) == {"a.ipynb": "one"}


def test_a_damaged_copy_of_the_repository_is_fetched_anew(tmp_path: Path, repository: Repository) -> None:
    settings = write_settings(tmp_path, source={"kind": "git", "url": repository.url})
    repository.push("One", {"a.ipynb": "one"})
    assert publish(settings).returncode == 0
    ours = tmp_path / "published/repository.git"
    (ours / "shallow.lock").write_text("")
    (ours / "HEAD").write_text("nonsense")
    repository.push("Two", {"a.ipynb": "two"})
    done = publish(settings)
    assert done.returncode == 0, done.stderr
    assert published(tmp_path) == {"a.ipynb": "two"}


def test_killed_in_the_middle_readers_keep_the_whole_old_version(tmp_path: Path) -> None:
    settings = write_settings(tmp_path, source=_folder(tmp_path, {"a.ipynb": "old"}))
    assert publish(settings).returncode == 0
    source = tmp_path / "source"
    (source / "a.ipynb").write_text("new")
    for number in range(100):
        (source / f"{number:04}.ipynb").write_text("new")
    versions = tmp_path / "published/versions"
    words = (sys.executable, "-c", KILLED_AT_A_FILE, "publish", "--config", str(settings))
    assert subprocess.run(words, check=False).returncode == -signal.SIGKILL
    assert published(tmp_path) == {"a.ipynb": "old"}
    assert list(versions.glob(".incoming-*"))
    assert publish(settings).returncode == 0
    assert len(published(tmp_path)) == 101
    assert not list(versions.glob(".incoming-*"))
