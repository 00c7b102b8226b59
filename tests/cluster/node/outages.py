"""Takes a part of a running cluster away for a while."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import ClusterError
from .namespaces import inside, start_time
from .running_components import LOGS
from .waiting import wait_until

__all__ = ["outage"]


@contextmanager
def outage(first: int, name: str) -> Iterator[None]:
    """End a component of the node, such as `kube-apiserver`, at once; start it again afterwards.

    Parameters
    ----------
    first
        The first process of the node.

    Raises
    ------
    ClusterError
        When no such component runs.
    """
    pid, command = _find(first, name)
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: start_time(pid) is None, f"the end of {name}", timeout_s=60)
    try:
        yield
    finally:
        with (LOGS / f"{name}.log").open("ab") as output:
            subprocess.Popen(
                [*inside(first), *command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )


def _find(first: int, name: str) -> tuple[int, list[str]]:
    """Return the number and the command line of a component of the node."""
    home = os.readlink(f"/proc/{first}/ns/pid")
    for folder in Path("/proc").iterdir():
        try:
            words = (folder / "cmdline").read_bytes().decode().split("\0")[:-1]
            here = folder.name.isdigit() and os.readlink(folder / "ns" / "pid") == home
        except (OSError, UnicodeDecodeError):
            continue
        if here and (words[1:2] == [name] or words[:1] == [name]):
            return int(folder.name), words
    raise ClusterError(f"No {name} runs on the node.")
