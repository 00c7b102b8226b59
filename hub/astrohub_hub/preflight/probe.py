"""What runs inside of a probe's pod; prints what it saw as one line of JSON. Standard library only."""

from __future__ import annotations

import json
import shutil
import socket
import sys
import time
from collections.abc import Sequence
from pathlib import Path

__all__ = ["PORT", "main"]

PORT = 8080
_TRY_S = 3.0
_PAUSE_S = 0.5


def main(words: Sequence[str]) -> int:
    """Do one of the tasks; return the exit status."""
    task, *rest = words
    tasks = {
        "listen": _listen,
        "look": _look,
        "held": _held,
        "share": _share,
        "tidy": _tidy,
        "memory": _memory,
    }
    return tasks[task](rest)


def _listen(_words: Sequence[str]) -> int:
    """Take connections until the pod is removed."""
    with socket.create_server(("", PORT), backlog=64) as server:
        while True:
            server.accept()[0].close()


def _look(words: Sequence[str]) -> int:
    """Say what is reached, how names resolve, what the clock shows: `connect=HOST:PORT`, `name=HOST`."""
    asked = [word.partition("=")[::2] for word in words]
    seen = {
        "time": time.time(),
        "reached": {target: _lasting_fault(target) for kind, target in asked if kind == "connect"},
        "names": {name: _unresolved(name) for kind, name in asked if kind == "name"},
    }
    return _say(seen)


def _held(words: Sequence[str]) -> int:
    """Try until connections fail, for some seconds: a policy may take a moment to reach the node."""
    target, seconds = words
    end = time.monotonic() + float(seconds)
    while not (fault := _lasting_fault(target)) and time.monotonic() < end:
        time.sleep(_PAUSE_S)
    return _say({"held": bool(fault)})


def _share(words: Sequence[str]) -> int:
    """Write a file into a folder of the volume and wait for that of another pod."""
    folder, mine, other, seconds = Path(words[0]), words[1], words[2], float(words[3])
    try:
        folder.mkdir(exist_ok=True)
        (folder / mine).write_text(mine, encoding="utf-8")
        seen = _await(folder / other, other, seconds) if other else True
    except OSError as e:
        return _say({"shared": False, "fault": e.strerror or str(e)})
    return _say({"shared": seen, "fault": "" if seen else "what one pod wrote the other did not see"})


def _tidy(words: Sequence[str]) -> int:
    """Remove the folder that two pods have shared."""
    shutil.rmtree(words[0], ignore_errors=True)
    return _say({})


def _memory(words: Sequence[str]) -> int:
    """Say whether all processes of this container end when one of them takes too much memory."""
    file = Path(*words or ("/sys/fs/cgroup",), "memory.oom.group")
    # Control groups of version 1 have no such file, and know no such thing.
    return _say({"allEnd": file.is_file() and file.read_text(encoding="ascii").strip() == "1"})


def _await(file: Path, content: str, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        # A network file system may show the name before the content.
        if file.is_file() and file.read_text(encoding="utf-8") == content:
            return True
        time.sleep(_PAUSE_S)
    return False


def _lasting_fault(target: str) -> str:
    """Say why neither of two tries reaches a target: on a busy node a single one may fail for no reason."""
    return _fault(target) and _fault(target)


def _fault(target: str) -> str:
    """Say why a target is not reached; nothing when it is."""
    host, _, port = target.rpartition(":")
    try:
        socket.create_connection((host, int(port)), _TRY_S).close()
    except OSError as e:
        return e.strerror or str(e)
    return ""


def _unresolved(name: str) -> str:
    try:
        socket.getaddrinfo(name, None)
    except OSError as e:
        return e.strerror or str(e)
    return ""


def _say(seen: dict[str, object]) -> int:
    sys.stdout.write(json.dumps(seen) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
