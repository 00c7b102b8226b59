"""Components of a starting cluster: started inside its namespaces, and watched until all is well."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterable

from ..errors import ClusterError
from ..places import KUBECONFIG, STATE
from .components import Component
from .waiting import wait_until

__all__ = ["LOGS", "RunningComponents"]

LOGS = STATE / "logs"
_LAST_LINES = 5


class RunningComponents:
    """What was started so far.

    Parameters
    ----------
    inside
        The words that run a command inside the node's namespaces.
    """

    def __init__(self, inside: list[str]) -> None:
        self._inside = inside
        self._started: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, component: Component) -> None:
        """Start a component; its output goes to its log."""
        with (LOGS / f"{component.name}.log").open("ab") as output:
            self._started[component.name] = subprocess.Popen(
                [*self._inside, *map(str, component.command)],
                env=os.environ | {"KUBECONFIG": str(KUBECONFIG)} | dict(component.variables),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def start_all(self, components: Iterable[Component]) -> None:
        """Start several."""
        for component in components:
            self.start(component)

    def wait_until(self, holds: Callable[[], bool], what: str, timeout_s: float) -> None:
        """Wait for a condition as long as every component lives.

        Raises
        ------
        ClusterError
            When a component ends, with its last lines, or the condition does not come in time.
        """

        def look() -> bool:
            for name, process in self._started.items():
                if process.poll() is not None:
                    last = _last_lines(name)
                    raise ClusterError(
                        f"{name} ended with {process.returncode} before {what} was there:\n{last}"
                    )
            return holds()

        wait_until(look, what, timeout_s=timeout_s)


def _last_lines(name: str) -> str:
    text = (LOGS / f"{name}.log").read_text(encoding="utf-8", errors="replace")
    return "\n".join(text.splitlines()[-_LAST_LINES:])
