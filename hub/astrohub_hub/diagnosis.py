"""Why a pod does not come up, read from what the cluster shows of it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Finding", "diagnose", "explain_refusal"]

_PREPARING = "prepare"
_WRONG_NAME = frozenset({"InvalidImageName", "ErrImageNeverPull"})
_NOT_FETCHED = frozenset({"ErrImagePull", "ImagePullBackOff", "RegistryUnavailable", "ImageInspectError"})
_NOT_MADE = frozenset({"CreateContainerConfigError", "CreateContainerError", "RunContainerError"})
_SHORT = re.compile(r"Insufficient ([\w/-]+(?:\.[\w/-]+)*)")
_SENTENCE = 200


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
    """

    reason: str
    what: str
    detail: str
    patience_s: float | None


def diagnose(pod: Mapping[str, Any]) -> Finding | None:
    """Say what stands in the way of a pod, as the API server shows it; nothing while all goes well."""
    status = pod.get("status") or {}
    findings = [
        *(_ended(name, state) for name, state in _states(status)),
        *(_waiting(name, state.get("waiting") or {}) for name, state in _states(status)),
        _unscheduled(status),
        _evicted(status),
    ]
    return next((finding for finding in findings if finding), None)


def explain_refusal(status: int, message: str) -> Finding:
    """Say why the API server does not take a pod at all."""
    if "exceeded quota" in message:
        return Finding("quota", "the site's quota is used up", message, 0)
    if "violates PodSecurity" in message or "admission" in message:
        return Finding("admission", "the cluster's rules do not allow it", message, 0)
    return Finding("refused", f"the cluster refuses it ({status})", message, 0)


def _states(status: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield each container's state and, where it was started again, how it ended before."""
    for kind in ("initContainerStatuses", "containerStatuses"):
        for container in status.get(kind) or []:
            yield container["name"], container.get("state") or {}
            yield container["name"], container.get("lastState") or {}


def _ended(container: str, state: Mapping[str, Any]) -> Finding | None:
    ended = state.get("terminated")
    if not ended or not ended.get("exitCode"):
        return None
    said = (ended.get("message") or "").strip()
    detail = f"{container} ended with {ended['exitCode']} ({ended.get('reason')}): {said}"
    if ended.get("reason") == "OOMKilled":
        return Finding("out_of_memory", "it needs more memory than it may have", detail, 0)
    if container == _PREPARING:
        return Finding("home", f"your home cannot be prepared: {_last_line(said)}", detail, 0)
    return Finding("crash", f"it stopped while it started: {_last_line(said)}", detail, 0)


def _waiting(container: str, waiting: Mapping[str, Any]) -> Finding | None:
    reason, message = waiting.get("reason", ""), waiting.get("message") or ""
    detail = f"{container}: {reason}: {message}"
    if reason in _WRONG_NAME:
        return Finding("image", "its image does not exist under this name", detail, 0)
    if reason in _NOT_FETCHED:
        return Finding("image", f"its image cannot be fetched{_refused(message)}", detail, 5)
    if reason in _NOT_MADE:
        return Finding("container", "its container cannot be made", detail, 10)
    return None


def _unscheduled(status: Mapping[str, Any]) -> Finding | None:
    for condition in status.get("conditions") or []:
        if condition.get("type") == "PodScheduled" and condition.get("status") == "False":
            message = condition.get("message") or ""
            if "persistentvolumeclaim" in message.lower():
                return Finding("volume", "a volume that it needs is not there", message, 8)
            short = ", ".join(sorted({_plain(found) for found in _SHORT.findall(message)}))
            what = f"there is no room for it now ({short} is short)" if short else "no machine takes it now"
            return Finding("no_room", what, message, None)
    return None


def _evicted(status: Mapping[str, Any]) -> Finding | None:
    if status.get("phase") != "Failed":
        return None
    message = f"{status.get('reason')}: {status.get('message')}"
    return Finding("evicted", "the cluster has ended it", message, 0)


def _refused(message: str) -> str:
    if "not found" in message or "manifest unknown" in message:
        return ": there is none of this name"
    if "unauthorized" in message or "denied" in message or "forbidden" in message:
        return ": its registry does not let us have it"
    return ""


def _plain(resource: str) -> str:
    return {"cpu": "processor time", "memory": "memory", "nvidia.com/gpu": "GPU"}.get(resource, resource)


def _last_line(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return lines[-1].rstrip(".")[:_SENTENCE] if lines else "it said nothing"
