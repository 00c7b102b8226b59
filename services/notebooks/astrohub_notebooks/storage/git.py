"""A branch of a git repository as a source: fetched shallowly, read object by object, never checked out."""

from __future__ import annotations

import base64
import os
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO

from ..errors import RefusedTreeError, SourceError
from ..models import Revision
from ..settings import GitSource, Limits, read_secret
from .staging import Staging, is_left_out

__all__ = ["GitReader"]

_REF = "refs/astrohub/incoming"
_CHUNK = 1024 * 1024
#: A name and password in an address, which nobody must read.
_CREDENTIALS = re.compile(r"(?<=://)[^/\s@]+@")
_DAMAGED = re.compile(
    r"corrupt|bad object|loose object|missing object|not a git repository: '?/", re.IGNORECASE
)
_KEPT_VARIABLES = {"PATH", "HOME", "TMPDIR", "SSH_AUTH_SOCK", "SSL_CERT_FILE", "GIT_SSL_CAINFO"}
_SETTINGS = (
    ("core.hooksPath", os.devnull),
    ("core.fsmonitor", "false"),
    ("gc.auto", "0"),
    ("http.followRedirects", "initial"),
    ("protocol.ext.allow", "never"),
    ("protocol.file.allow", "always"),
    ("credential.helper", ""),
)


@dataclass(frozen=True)
class _Item:
    """One line of a listed tree."""

    mode: str
    kind: str
    object_id: str
    path: PurePosixPath


class GitReader:
    """Read a collection from a repository.

    Parameters
    ----------
    source
        Which repository, branch and folder.
    repository
        Folder of ours that keeps what was fetched.
    limits
        A fetch that grows far beyond them is stopped.
    leave_out
        Globs of names that are passed over.
    """

    def __init__(
        self, source: GitSource, repository: Path, *, limits: Limits, leave_out: tuple[str, ...]
    ) -> None:
        self._source = source
        self._repository = repository
        self._limits = limits
        self._leave_out = leave_out
        self._stop = threading.Event()

    @property
    def name(self) -> str:
        """The source in one line, for the history."""
        folder = f", folder {self._source.subfolder}" if self._source.subfolder else ""
        return f"{self._source.url}, branch {self._source.branch}{folder}"

    def stop(self) -> None:
        """End a fetch under way; the reader cannot be used any more."""
        self._stop.set()

    def fingerprint(self) -> str:
        """Fetch the branch and return its commit.

        Raises
        ------
        SourceError
            If it cannot be fetched.
        """
        try:
            self._fetch()
        except SourceError as e:
            if not _DAMAGED.search(str(e)):
                raise
            shutil.rmtree(self._repository, ignore_errors=True)
            self._fetch()
        return self._commit()

    def is_still(self, fingerprint: str) -> bool:
        """Say whether the source is as it was; a commit never changes."""
        return bool(fingerprint)

    def _fetch(self) -> None:
        if not (self._repository / "HEAD").is_file():
            shutil.rmtree(self._repository, ignore_errors=True)
            self._run("init", "--quiet", "--bare", str(self._repository), inside=False)
        for lock in self._repository.rglob("*.lock"):  # left by a fetch that was killed; nobody else is here
            lock.unlink(missing_ok=True)
        refspec = f"+refs/heads/{self._source.branch}:{_REF}"
        command = (
            "fetch",
            "--quiet",
            "--depth=1",
            "--no-tags",
            "--no-write-fetch-head",
            "--no-recurse-submodules",
        )
        self._run(*command, "--", self._source.url, refspec)

    def write(self, staging: Staging) -> Revision:
        """Write the fetched commit's files.

        Raises
        ------
        SourceError
            If git fails.
        RefusedTreeError
            If the tree holds what must not be published.
        """
        commit = self._commit()
        items = [item for item in self._list(commit) if not is_left_out(item.path, self._leave_out)]
        for item in items:
            if item.kind == "commit":
                raise RefusedTreeError(
                    f"{item.path.as_posix()!a} is a submodule; put its files here instead."
                )
        for item, chunks in self._objects(items):
            if item.mode == "120000":
                staging.add_link(item.path, os.fsdecode(b"".join(chunks)))
            else:
                staging.add_file(item.path, chunks, is_executable=item.mode == "100755")
        staging.finish()
        self._run("gc", "--quiet", "--prune=now")
        seconds, _, message = (
            self._run("log", "-1", "--format=%cI%x00%s", commit).decode(errors="replace").partition("\0")
        )
        return Revision(commit, datetime.fromisoformat(seconds.strip()), message.strip()[:500])

    def _commit(self) -> str:
        return self._run("rev-parse", "--verify", f"{_REF}^{{commit}}").decode().strip()

    def _list(self, commit: str) -> Iterator[_Item]:
        tree = f"{commit}:{self._source.subfolder}"
        for line in self._run("ls-tree", "-r", "-z", "--full-tree", tree).split(b"\0"):
            if line:
                attributes, _, name = line.partition(b"\t")
                mode, kind, object_id = attributes.decode("ascii").split()
                yield _Item(mode, kind, object_id, PurePosixPath(os.fsdecode(name)))

    def _objects(self, items: list[_Item]) -> Iterator[tuple[_Item, Iterator[bytes]]]:
        """Read objects in one go; each must be read to its end before the next."""
        command = ["git", f"--git-dir={self._repository}", "cat-file", "--batch"]
        with subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=self._environment(),
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            try:
                for item in items:
                    process.stdin.write(item.object_id.encode() + b"\n")
                    process.stdin.flush()
                    header = process.stdout.readline().split()
                    if len(header) != 3:
                        raise SourceError(f"The repository lacks the object of {item.path.as_posix()!a}.")
                    yield item, _bounded(process.stdout, int(header[2]))
                    process.stdout.read(1)
            finally:
                process.kill()

    def _run(self, *arguments: str, inside: bool = True) -> bytes:
        """Run git under the limits of time and size and return what it prints."""
        place = [f"--git-dir={self._repository}"] if inside else []
        try:
            process = subprocess.Popen(
                ["git", *place, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=self._environment(),
                start_new_session=True,
            )
        except FileNotFoundError as e:
            raise SourceError("The program git is not installed; a source of kind git needs it.") from e
        with process:
            output, errors = self._watch(process)
        if process.returncode:
            said = _CREDENTIALS.sub("", errors.decode(errors="replace")).strip().splitlines() or [
                "it says nothing"
            ]
            told = next((line for line in said if line.startswith(("fatal:", "error:"))), said[-1])
            raise SourceError(f"git cannot read {self.name}: {told[:300]}.")
        return output

    def _watch(self, process: subprocess.Popen[bytes]) -> tuple[bytes, bytes]:
        deadline = time.monotonic() + self._source.timeout_s
        ceiling = self._limits.total_mb * 3e6 + 50e6
        while True:
            try:
                return process.communicate(timeout=0.5)
            except subprocess.TimeoutExpired:
                fault = None
                if self._stop.is_set():
                    fault = "The service was told to stop."
                elif time.monotonic() > deadline:
                    fault = f"git took longer than {self._source.timeout_s:g} s for {self.name}."
                elif _weight(self._repository) > ceiling:
                    fault = f"{self.name} is far larger than the limit of {self._limits.total_mb:g} MB."
                if fault:
                    _kill_group(process)
                    raise SourceError(fault) from None

    def _environment(self) -> dict[str, str]:
        """Make git deaf to the machine's settings, and silent: it must never ask for anything."""
        settings = list(_SETTINGS)
        if self._source.token_file is not None:
            token = read_secret(self._source.token_file, "repository's token")
            basic = base64.b64encode(f"{self._source.user}:{token}".encode()).decode()
            settings.append((f"http.{self._source.url}.extraHeader", f"Authorization: Basic {basic}"))
        kept = {name: value for name, value in os.environ.items() if name in _KEPT_VARIABLES}
        pairs = {
            key: value
            for number, (name, said) in enumerate(settings)
            for key, value in ((f"GIT_CONFIG_KEY_{number}", name), (f"GIT_CONFIG_VALUE_{number}", said))
        }
        return {
            **kept,
            **pairs,
            "GIT_CONFIG_COUNT": str(len(settings)),
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_SSH_COMMAND": "ssh -oBatchMode=yes",
            "LC_ALL": "C",
        }


def _bounded(stream: IO[bytes], size: int) -> Iterator[bytes]:
    left = size
    while left:
        chunk = stream.read(min(left, _CHUNK))
        if not chunk:
            raise SourceError("git ended in the middle of an object.")
        left -= len(chunk)
        yield chunk


def _weight(folder: Path) -> int:
    total = 0
    for here, _, files in os.walk(folder / "objects"):
        for name in files:
            try:
                total += (Path(here) / name).lstat().st_size
            except OSError:  # git moves its own files while we look
                continue
    return total


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(process.pid, 9)
    except ProcessLookupError:
        return
    process.wait()
