"""Why a pod does not come up, read from what the cluster shows of the pod itself. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from .finding import (
    CHOOSE_OTHER,
    LATER,
    NO_ROOM,
    TELL_OPERATOR,
    Finding,
    last_line,
    not_fetched,
    not_startable,
    without_memory,
)

__all__ = ["diagnose"]

_PREPARING = "prepare"
_WRONG_NAME = frozenset({"InvalidImageName", "ErrImageNeverPull"})
_NOT_FETCHED = frozenset({"ErrImagePull", "ImagePullBackOff", "RegistryUnavailable", "ImageInspectError"})
_NOT_MADE = frozenset({"CreateContainerConfigError", "CreateContainerError", "RunContainerError"})
_SHORT = re.compile(r"Insufficient ([\w/-]+(?:\.[\w/-]+)*)")
_OWN_SETTINGS = (
    "If you have changed settings of Jupyter in your home, undo that through your files; "
    "else tell the operator to look at the hub's log."
)


def diagnose(pod: Mapping[str, Any]) -> Finding | None:
    """Say what stands in the way of a pod, as the API server shows it; nothing while all goes well."""
    status = pod.get("status") or {}
    findings = [
        *(_ended(name, state, first=first) for name, state, first in _states(status)),
        *(_waiting(name, state.get("waiting") or {}) for name, state, _ in _states(status)),
        _unscheduled(status),
        _evicted(status),
    ]
    return next((finding for finding in findings if finding), None)


def _states(status: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any], bool]]:
    """Yield each container's state and how it ended before; and whether it runs before the server."""
    for kind in ("initContainerStatuses", "containerStatuses"):
        first = kind == "initContainerStatuses"
        for container in status.get(kind) or []:
            yield container["name"], container.get("state") or {}, first
            yield container["name"], container.get("lastState") or {}, first


def _ended(container: str, state: Mapping[str, Any], *, first: bool) -> Finding | None:
    ended = state.get("terminated")
    if not ended or not ended.get("exitCode"):
        return None
    said = (ended.get("message") or "").strip()
    detail = f"{container} ended with {ended['exitCode']} ({ended.get('reason')}): {said}"
    if ended.get("reason") == "OOMKilled":
        return without_memory(detail)
    if ended.get("reason") in {"StartError", "ContainerCannotRun"}:
        return _not_made(said, detail, 0)
    if container == _PREPARING:
        return Finding("home", f"your home cannot be prepared: {last_line(said)}", detail, 0)
    if first:
        what = f"what has to run before it ({container}) failed: {last_line(said)}"
        return Finding("init", what, detail, 0)
    return Finding("crash", f"it stopped while it started: {last_line(said)}", detail, 0, _OWN_SETTINGS)


def _waiting(container: str, waiting: Mapping[str, Any]) -> Finding | None:
    reason, message = waiting.get("reason", ""), waiting.get("message") or ""
    detail = f"{container}: {reason}: {message}"
    if reason in _WRONG_NAME:
        return Finding("image", "its image does not exist under this name", detail, 0, CHOOSE_OTHER)
    if reason in _NOT_FETCHED:
        return not_fetched(message, detail)
    if reason in _NOT_MADE:
        return _not_made(message, detail, 5)
    return None


def _not_made(message: str, detail: str, patience_s: float) -> Finding:
    return not_startable(message, detail) or Finding(
        "container", "its container cannot be made", detail, patience_s
    )


def _unscheduled(status: Mapping[str, Any]) -> Finding | None:
    for condition in status.get("conditions") or []:
        if condition.get("type") == "PodScheduled" and condition.get("status") == "False":
            message = condition.get("message") or ""
            if "persistentvolumeclaim" in message.lower():
                return Finding("volume", "a volume that it needs is not there", message, 6)
            short = ", ".join(sorted({_plain(found) for found in _SHORT.findall(message)}))
            what = f"there is no room for it now ({short} is short)" if short else "no machine takes it now"
            return Finding(NO_ROOM, what, message, None, LATER)
    return None


def _evicted(status: Mapping[str, Any]) -> Finding | None:
    if status.get("phase") != "Failed":
        return None
    message = f"{status.get('reason')}: {status.get('message')}"
    return Finding("evicted", "the cluster has ended it", message, 0, f"Try again. {TELL_OPERATOR}")


def _plain(resource: str) -> str:
    return {"cpu": "processor time", "memory": "memory", "nvidia.com/gpu": "GPU"}.get(resource, resource)
