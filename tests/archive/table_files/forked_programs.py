"""Programs that children of a process that forks run in tests; started as a module."""

from __future__ import annotations

import os
import signal
from typing import Any

from astrohub_archive.table_files.forking import serve


def say(task: dict[str, Any]) -> dict[str, Any]:
    """Say who does the task, and what it was."""
    os.write(2, b"a library complains\n")
    return {"parent": os.getppid(), "child": os.getpid(), "word": task["word"]}


def hang(task: dict[str, Any]) -> dict[str, Any]:
    """Say in a file who does the task, and never end."""
    with open(task["file"], "w", encoding="utf-8") as file:
        file.write(str(os.getpid()))
    while True:
        signal.pause()


def die(_: dict[str, Any]) -> dict[str, Any]:
    """Be killed, as the kernel kills what takes too much memory."""
    os.kill(os.getpid(), signal.SIGKILL)
    return {}


if __name__ == "__main__":
    serve({"say": say, "hang": hang, "die": die})
