"""The tools of a set-up: uv and Python, found when the first step needs them."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ..interpreter import choose_interpreter
from ..node import node_program, npm_script
from ..place import Place
from ..terminal import Terminal
from ..variables import for_tools
from .bootstrap import find_uv
from .index import named_index

__all__ = ["Kit"]


@dataclass
class Kit:
    """What the steps work with.

    `prepare` must have been called before `uv` and `python` are asked for.
    """

    place: Place
    terminal: Terminal
    _uv: Path | None = None
    _python: Path | None = None

    def prepare(self) -> None:
        """Find uv (or fetch it) and the Python of the environments, and say so."""
        begin = time.monotonic()
        self._uv, how = find_uv(self.cache, os.environ)
        self.terminal.done(f"uv ({how})", time.monotonic() - begin)
        self._python, sentence = choose_interpreter(self.place.account)
        if sentence:
            self.terminal.say(f"  {sentence}")

    @property
    def uv(self) -> Path:
        """The program that makes environments."""
        assert self._uv is not None
        return self._uv

    @property
    def python(self) -> Path:
        """The Python that environments are made of."""
        assert self._python is not None
        return self._python

    @property
    def cache(self) -> Path:
        """A folder for downloads that may be lost at any time."""
        return self._users_cache() / "astrohub"

    def uv_variables(self) -> dict[str, str]:
        """Return the environment variables for uv."""
        more = {"UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1"}
        if (index := named_index(os.environ)) and "UV_INDEX_URL" not in os.environ:
            more.setdefault("UV_DEFAULT_INDEX", index)
        if not self._home_is_usable() and "UV_CACHE_DIR" not in os.environ:
            more["UV_CACHE_DIR"] = str(self._users_cache() / "uv")
        return for_tools(more=more)

    def npm(self, *programs: Path) -> tuple[list[str | Path], dict[str, str]]:
        """Return npm as a command, and its environment variables; some folders of programs come first."""
        hub = self.place.environment("hub")
        more = {f"npm_config_{name.replace('-', '_')}": value for name, value in self._npm_settings()}
        if not self._home_is_usable():
            more |= {"npm_config_cache": str(self._users_cache() / "npm"), "HOME": str(self.place.build)}
        # Scripts call node and npm by name; the environment's own ones are found first.
        return [node_program(hub), npm_script(hub)], for_tools(*programs, hub / "bin", more=more)

    def _npm_settings(self) -> list[tuple[str, str]]:
        """Return the clone's settings of npm, which would find them in the folder of each package only."""
        lines = (self.place.clone / ".npmrc").read_text(encoding="utf-8").splitlines()
        pairs = [
            line.partition("=") for line in lines if "=" in line and not line.lstrip().startswith(("#", ";"))
        ]
        return [(name.strip(), value.strip()) for name, _, value in pairs]

    def _users_cache(self) -> Path:
        if not self._home_is_usable():
            return self.place.build / "cache"
        return Path(os.environ.get("XDG_CACHE_HOME") or Path(os.environ["HOME"], ".cache"))

    def _home_is_usable(self) -> bool:
        chosen = os.environ.get("XDG_CACHE_HOME") or os.environ.get("HOME")
        if not chosen:
            return False
        folder = Path(chosen)
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
        return os.access(folder, os.W_OK | os.X_OK)
