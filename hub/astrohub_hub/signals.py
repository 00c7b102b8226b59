"""Why a server does not come up, read from what surrounds its pod: events, claims, refusals, log. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .finding import LATER, PULLING, Finding, last_line, not_fetched, not_startable

__all__ = [
    "diagnose_claims",
    "diagnose_events",
    "diagnose_log",
    "explain_refusal",
    "refused_by_a_beginner",
    "unreachable_api",
]

#: A busy machine learns late of a Secret that was just made, and tries again after up to half a minute.
_MOUNT_S = 60
_NOT_PULLED = "Failed to pull image"
_NOT_MOUNTED = frozenset({"FailedMount", "FailedAttachVolume"})
_NO_NETWORK = "FailedCreatePodSandBox"
#: A later one makes an earlier one of the same container past: so does an image that was fetched after all.
_STEPS = frozenset({"Failed", "Pulled", "Started"})
_PVC_FAILED = "ProvisioningFailed"
#: The admission plug-in's own introduction; what follows it was written by whoever runs the cluster.
_RULE = re.compile(r"(?:denied(?: the)? request: |violates PodSecurity )(.*)", re.DOTALL)
_FULL = "Try again when others have stopped their servers, or ask the operator for more."
_REFUSED = "refused"
#: What an API server answers that has just begun: it has not read yet who may do what.
_OF_A_BEGINNER = frozenset({401, 403, 500})
_NO_HUB = "Failed to connect to my Hub"
_LISTENS = " is running at"
_POLICY = "Tell the operator that the network between hub and servers is cut, as by a network policy."


def diagnose_events(events: Sequence[Mapping[str, Any]], *, started: bool = False) -> Finding | None:
    """Say what the events of a pod tell earlier than the pod itself does.

    Parameters
    ----------
    events
        Events of this very pod, oldest first.
    started
        Whether one of its containers has started: volumes and network are there, then.
    """
    pulled = {_container(event) for event in events if event.get("reason") == "Pulled"}
    pending = [event for event in events if _container(event) not in pulled]
    failed = [e for e in pending if e.get("reason") == "Failed" and _NOT_PULLED in (e.get("message") or "")]
    if failed:
        return not_fetched(failed[-1]["message"], failed[-1]["message"])
    if finding := _not_started(events):
        return finding
    for event in reversed(pending):
        message = event.get("message") or ""
        if event.get("reason") == "Pulling":
            return Finding(PULLING, "its image is being fetched", message, None, LATER)
        if started:
            continue
        if event.get("reason") in _NOT_MOUNTED:
            return Finding("volume", "a volume that it needs cannot be mounted", message, _MOUNT_S)
        if event.get("reason") == _NO_NETWORK:
            return Finding("network", "its machine cannot give it a network", message, 20)
    return None


def _not_started(events: Sequence[Mapping[str, Any]]) -> Finding | None:
    """Say why a container will never start; the pod itself shows it a second or two after the event."""
    last = {_container(event): event for event in events if event.get("reason") in _STEPS}
    messages = [event.get("message") or "" for event in last.values() if event["reason"] == "Failed"]
    findings = (not_startable(message, message) for message in messages)
    return next((finding for finding in findings if finding), None)


def diagnose_claims(
    wanted: Iterable[str], there: Mapping[str, Mapping[str, Any]], events: Sequence[Mapping[str, Any]]
) -> Finding | None:
    """Say which of a pod's claims holds it up.

    Parameters
    ----------
    wanted
        The claims that the pod names.
    there
        Those of them that exist, by name.
    events
        Events of claims.
    """
    for name in sorted(wanted):
        if name not in there:
            return Finding("volume", f"its volume {name} is not there", f"no claim {name}", 2)
        if (there[name].get("status") or {}).get("phase") == "Bound":
            continue
        told = [e for e in events if e["involvedObject"].get("name") == name]
        failed = [e for e in told if e.get("reason") == _PVC_FAILED]
        if failed:
            detail = f"claim {name}: {failed[-1].get('message')}"
            return Finding("volume", f"its volume {name} cannot be made", detail, 4)
        detail = f"claim {name}: {told[-1].get('message') if told else 'not bound'}"
        return Finding("volume", f"its volume {name} is not ready yet", detail, None)
    return None


def diagnose_log(log: str) -> Finding | None:
    """Say what the log of a server tells that runs and cannot be reached."""
    if _NO_HUB in log:
        return Finding("cut_off", "it cannot reach the hub", _lines_with(_NO_HUB, log), 2, _POLICY)
    if _LISTENS in log:
        return Finding("cut_off", "the hub cannot reach it", _lines_with(_LISTENS, log), 10, _POLICY)
    return None


def explain_refusal(status: int, message: str) -> Finding:
    """Say why the API server does not take a pod at all."""
    if "exceeded quota" in message:
        return Finding("quota", "the site's quota is used up", message, 0, _FULL)
    if rule := _RULE.search(message):
        what = f"the cluster's rules do not allow it: {last_line(rule.group(1))}"
        return Finding("admission", what, message, 0)
    if "admission" in message:
        return Finding("admission", "the cluster's rules do not allow it", message, 0)
    return Finding(_REFUSED, f"the cluster refuses it ({status})", message, 0)


def refused_by_a_beginner(status: int, message: str) -> Finding | None:
    """Say that an API server that has just begun refuses what it may take later; None where it will not."""
    if status not in _OF_A_BEGINNER or explain_refusal(status, message).reason != _REFUSED:
        return None
    what = f"the cluster is just starting, and refuses it still ({status})"
    return Finding(_REFUSED, what, message, None, LATER)


def unreachable_api(error: Exception) -> Finding:
    """Say that the cluster itself cannot be asked."""
    said = str(error).partition("\n")[0]
    detail = f"the API server cannot be reached: {type(error).__name__}: {said}"
    return Finding("api_server", "the cluster does not answer", detail, None, LATER)


def _container(event: Mapping[str, Any]) -> str:
    return str((event.get("involvedObject") or {}).get("fieldPath") or "")


def _lines_with(word: str, log: str) -> str:
    return "; ".join(line.strip() for line in log.splitlines() if word in line)[-500:]
