"""One finding of why a server does not come up, and the words that several findings share."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "CHOOSE_OTHER",
    "LATER",
    "NO_ROOM",
    "PULLING",
    "SILENT",
    "TELL_OPERATOR",
    "Finding",
    "last_line",
    "not_fetched",
    "not_startable",
    "without_memory",
]

#: Reasons that are waited for longer than the rest of a start.
NO_ROOM, PULLING = "no_room", "pulling"

TELL_OPERATOR = "Tell the operator to look at the hub's log."
CHOOSE_OTHER = "Choose another kind of server, and tell the operator of this one."
LATER = "Try again later, or choose a smaller kind of server."
_SENTENCE = 200
_NOT_THERE = ("not found", "manifest unknown", "repository does not exist")
_DENIED = ("unauthorized", "denied", "forbidden", "authentication required", "401", "403")
#: As runc and crun say it.
_NO_PROGRAM = ("executable file not found", "no such file or directory")
#: Where the limit is too small even for the first program of a container.
_NO_MEMORY = ("OOM-killed", "the memory limit could be too low")
_MORE_MEMORY = "Choose a kind of server with more memory, or ask the operator for one."


@dataclass(frozen=True)
class Finding:
    """What stands in the way of a server.

    Parameters
    ----------
    reason
        A label for metrics.
    what
        The cause in the user's words.
    detail
        What the cluster says; for the log.
    patience_s
        Seconds after which it will not go away by itself; None where waiting may help until the start's end.
    cure
        What the user can do.
    """

    reason: str
    what: str
    detail: str
    patience_s: float | None
    cure: str = TELL_OPERATOR


SILENT = Finding("silent", "it does not answer", "no container has failed", None)


def not_fetched(message: str, detail: str) -> Finding:
    """Say why an image was not fetched, from what its registry answered."""
    why, patience_s = "", 5.0
    if any(said in message for said in _NOT_THERE):
        why, patience_s = ": there is none of this name", 1.0
    elif any(said in message for said in _DENIED):
        why, patience_s = ": its registry does not let us have it", 1.0
    return Finding("image", f"its image cannot be fetched{why}", detail, patience_s, CHOOSE_OTHER)


def last_line(said: str) -> str:
    """Return the last line of what was printed, bounded, without a full stop."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return lines[-1].rstrip(".")[:_SENTENCE] if lines else "it said nothing"


def not_startable(message: str, detail: str) -> Finding | None:
    """Say why a container will never start, from what its runtime answered; None where it may yet."""
    if any(said in message for said in _NO_MEMORY):
        return without_memory(detail)
    if any(said in message for said in _NO_PROGRAM):
        what = "its image is none for a Lab: a program that starts it is missing"
        return Finding("container", what, detail, 0, CHOOSE_OTHER)
    return None


def without_memory(detail: str) -> Finding:
    """Say that a server was given too little memory."""
    return Finding("out_of_memory", "it needs more memory than it may have", detail, 0, _MORE_MEMORY)
