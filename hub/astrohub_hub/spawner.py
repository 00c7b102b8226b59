"""User servers as processes of one unprivileged account, which needs no passwd entry."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import Callable
from typing import IO, Any, ClassVar

from jupyterhub.spawner import LocalProcessSpawner
from jupyterhub.utils import can_connect
from traitlets import Instance

from . import folders, places
from .birth import birth
from .ports import free_port
from .refusal import ServerRefused
from .settings import Settings

__all__ = ["AccountProcessSpawner", "process_environment"]

LOOK_S = 0.05
NOTEBOOKS_LINK = "notebooks-latest"
REASON = "local_process"
SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin"

# Without a passwd entry a shell says "I have no name!": put the name in place of \u before each prompt.
PROMPT_COMMAND = r'PS1="${PS1//\\u/$USER}"'


def process_environment(settings: Settings, user: str, server: str = "") -> dict[str, str]:
    """Name what every process of a user server finds besides what Jupyter and the contract put there."""
    home = str(places.home(settings, user))
    return {
        "HOME": home,
        "USER": user,
        "LOGNAME": user,
        "SHELL": "/bin/bash",
        "PATH": f"{settings.lab_environment / 'bin'}:{SYSTEM_PATH}",
        "VIRTUAL_ENV": str(settings.lab_environment),
        "LANG": "C.UTF-8",
        "TERM": "xterm-256color",
        "PROMPT_COMMAND": PROMPT_COMMAND,
        "JUPYTER_RUNTIME_DIR": str(places.runtime_folder(settings, user, server)),
        "JUPYTER_PREFER_ENV_PATH": "1",
        "JUPYTERHUB_ACTIVITY_INTERVAL": str(settings.servers.activity_s),
    }


class AccountProcessSpawner(LocalProcessSpawner):  # type: ignore[misc]
    """Starts a user's server under the configured account, with a clean environment, in the user's home."""

    settings = Instance(Settings, help="The hub's settings.").tag(config=True)

    env_keep: ClassVar[list[str]] = []
    _born = ""

    def make_preexec_fn(self, name: str) -> Callable[[], None] | None:
        """Return nothing: the account is taken on by Popen itself, which is safe with threads."""
        return None

    def user_env(self, env: dict[str, str]) -> dict[str, str]:
        """Put the process's own environment under what Jupyter and the contract have set."""
        return {**process_environment(self.settings, self.user.name, self.name), **env}

    async def start(self) -> tuple[str, int]:
        """Start the server and wait until it listens.

        Raises
        ------
        ServerRefused
            With one sentence, as soon as it is clear that the server will not come up.
        """
        self._make_home()
        self.set_trait("port", self.port or free_port())
        with self._open_log() as log:
            self.popen_kwargs = self._process(log)
            try:
                ip, port = await super().start()
            except OSError as e:
                raise ServerRefused(
                    "the Lab environment cannot be run", f"{self.cmd[0]}: {e}", reason=REASON
                ) from e
        self._born = birth(self.pid)
        await self._wait_until_listening(ip, port)
        return ip, port

    async def poll(self) -> int | None:
        """Tell whether the server runs; a later process with the same number is not taken for it."""
        if self.proc is None and self.pid and self._born and birth(self.pid) != self._born:
            self.clear_state()
            return 0
        status: int | None = await super().poll()
        return status

    def get_state(self) -> dict[str, Any]:
        """Keep, with the process's number, when it started."""
        state: dict[str, Any] = super().get_state()
        if self.pid:
            state["born"] = self._born
        return state

    def load_state(self, state: dict[str, Any]) -> None:
        """Take up a server that outlived the hub."""
        super().load_state(state)
        self._born = state.get("born", "")

    def _make_home(self) -> None:
        home = places.home(self.settings, self.user.name)
        account = self.settings.account
        try:
            folders.passage(home.parent.parent, account, listable=True)
            folders.passage(home.parent, account, listable=True)
            folders.own_folder(home, account)
            if self.settings.notebooks:
                folders.keep_link(home, NOTEBOOKS_LINK, self.settings.notebooks)
        except folders.FolderError as e:
            raise ServerRefused("your home folder cannot be used", str(e), reason=REASON) from e

    def _open_log(self) -> IO[bytes]:
        log = places.log_file(self.settings, self.user.name, self.name)
        try:
            log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if log.exists():
                log.replace(log.with_suffix(".log.1"))
            return open(log, "wb", opener=_private)
        except OSError as e:
            raise ServerRefused("its log cannot be written", f"{log}: {e.strerror}", reason=REASON) from e

    def _process(self, log: IO[bytes]) -> dict[str, Any]:
        account = self.settings.account
        options: dict[str, Any] = {
            "cwd": places.home(self.settings, self.user.name),
            "stdin": subprocess.DEVNULL,
            "stdout": log,
            "stderr": subprocess.STDOUT,
            "umask": 0o027,
        }
        if account:
            options |= {"user": account.uid, "group": account.gid, "extra_groups": []}
        return options

    async def _wait_until_listening(self, ip: str, port: int) -> None:
        while not can_connect(ip, port):
            status = await self.poll()
            if status is not None:
                log = places.log_file(self.settings, self.user.name, self.name)
                raise ServerRefused(
                    "it stopped while it started", f"exit status {status}, see {log}", reason=REASON
                )
            await asyncio.sleep(LOOK_S)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW, 0o600)
