"""Why a user server does not start: one sentence for the user, the detail for the log."""

from __future__ import annotations

from jupyterhub.spawner import SpawnException

from .finding import TELL_OPERATOR

__all__ = ["ServerRefused"]


class ServerRefused(SpawnException):  # type: ignore[misc]
    """A server that cannot start, whose page says why.

    Parameters
    ----------
    what
        The cause in a few words, without anything of the machine in it.
    detail
        The cause as the operator needs it; only logged.
    reason
        A label for the hub's metrics.
    cure
        What the user can do about it.
    """

    def __init__(self, what: str, detail: str, *, reason: str, cure: str = TELL_OPERATOR) -> None:
        sentence = f"Your server cannot start: {what}. {cure}"
        super().__init__(sentence, reason=reason, log_message=f"{what}: {detail}", status_code=500)
        self.jupyterhub_message = sentence  # what JupyterHub's page of failed starts shows
