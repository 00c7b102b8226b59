"""`logs`: what the parts say."""

from __future__ import annotations

import argparse
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ..errors import LauncherError
from ..parts import PARTS
from ..place import Place, locate

__all__ = ["run"]

_LINES = 100
_LOOK_S = 0.3
_SUPERVISOR = "supervisor"


def run(arguments: argparse.Namespace) -> int:
    """Print the last lines of one part's log, or of all; go on with `--follow`."""
    place, _ = locate(arguments.data)
    readers = [_Reader(log) for log in _logs(place, arguments.part)]
    prefixed = len(readers) > 1
    for reader in readers:
        _print(reader, reader.last(_LINES), prefixed)
    with suppress(KeyboardInterrupt):
        while arguments.follow:
            time.sleep(_LOOK_S)
            for reader in readers:
                _print(reader, reader.more(), prefixed)
    return 0


def _logs(place: Place, part: str | None) -> list[Path]:
    names = [*(known.name for known in PARTS), _SUPERVISOR]
    if part is not None and part not in names:
        raise LauncherError(f"There is no part {part!r}; there are: {', '.join(names)}.")
    wanted = names if part is None else [part]
    found = [place.logs / f"{name}.log" for name in wanted if (place.logs / f"{name}.log").is_file()]
    if not found:
        raise LauncherError(f"There are no logs in {place.logs} yet.")
    return found


def _print(reader: _Reader, lines: list[str], prefixed: bool) -> None:
    for line in lines:
        print(f"{reader.name:<10} {line}" if prefixed else line, flush=True)


@dataclass
class _Reader:
    """One log, and how far it was read."""

    log: Path
    position: int = 0

    @property
    def name(self) -> str:
        return self.log.stem

    def last(self, count: int) -> list[str]:
        return self.more()[-count:]

    def more(self) -> list[str]:
        if self.log.stat().st_size < self.position:
            self.position = 0  # the log was cut
        with self.log.open("rb") as file:
            file.seek(self.position)
            content = file.read()
        whole = content[: content.rfind(b"\n") + 1]
        self.position += len(whole)
        return whole.decode("utf-8", errors="replace").splitlines()
