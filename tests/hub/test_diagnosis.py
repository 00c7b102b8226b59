"""What stands in the way of a pod is told in plain words, from what the cluster shows of it."""

from __future__ import annotations

from typing import Any

import pytest
from astrohub_hub.diagnosis import diagnose

#: What runc says of a limit that is too small for itself.
SMALL = "failed to start containerd task: container init was OOM-killed (memory limit too low?)"


def _pod(
    *, server: dict[str, Any] | None = None, prepare: dict[str, Any] | None = None, **status: Any
) -> Any:
    found: dict[str, Any] = {"phase": "Pending", **status}
    if server is not None:
        found["containerStatuses"] = [{"name": "notebook", **server}]
    if prepare is not None:
        found["initContainerStatuses"] = [{"name": "prepare", **prepare}]
    return {"metadata": {"name": "jupyter-ada"}, "status": found}


def _unscheduled(message: str) -> Any:
    condition = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": message}
    return _pod(conditions=[condition])


def _waiting(reason: str, message: str = "") -> dict[str, Any]:
    return {"state": {"waiting": {"reason": reason, "message": message}}}


def _ended(code: int, message: str = "", reason: str = "Error") -> dict[str, Any]:
    return {"terminated": {"exitCode": code, "reason": reason, "message": message}}


@pytest.mark.parametrize(
    "pod",
    [
        {"metadata": {}, "status": {}},
        _pod(server=_waiting("PodInitializing"), prepare=_waiting("PodInitializing")),
        _pod(server=_waiting("ContainerCreating"), prepare={"state": _ended(0, reason="Completed")}),
        _pod(server={"state": {"running": {"startedAt": "now"}}}, phase="Running"),
    ],
)
def test_nothing_is_said_while_all_goes_well(pod: Any) -> None:
    assert diagnose(pod) is None


@pytest.mark.parametrize(
    ("pod", "reason", "said", "patience_s"),
    [
        (_pod(server=_waiting("ErrImagePull", "not found")), "image", "there is none of this name", 1),
        (_pod(prepare=_waiting("ImagePullBackOff", "denied")), "image", "does not let us have it", 1),
        (_pod(server=_waiting("InvalidImageName")), "image", "does not exist under this name", 0),
        (_pod(server={"state": _ended(1, "no module named x\n")}), "crash", "started: no module named x", 0),
        (_pod(server={"state": _ended(1)}), "crash", "it said nothing", 0),
        (
            _pod(server={**_waiting("CrashLoopBackOff"), "lastState": _ended(3, "one\ntwo.\n")}),
            "crash",
            "it stopped while it started: two",
            0,
        ),
        (_pod(server={"state": _ended(137, "", "OOMKilled")}), "out_of_memory", "more memory", 0),
        (_pod(server={"state": _ended(128, SMALL, "StartError")}), "out_of_memory", "more memory", 0),
        (
            _pod(prepare={"state": _ended(1, "Your home is not a folder.")}),
            "home",
            "your home cannot be prepared: Your home is not a folder",
            0,
        ),
        (
            {"status": {"initContainerStatuses": [{"name": "licence", "state": _ended(3, "none left")}]}},
            "init",
            "what has to run before it (licence) failed: none left",
            0,
        ),
        (
            _pod(server={"state": _ended(128, 'exec: "lab": executable file not found', "StartError")}),
            "container",
            "a program that starts it is missing",
            0,
        ),
        (
            _unscheduled("0/3 nodes are available: 2 Insufficient memory, 1 Insufficient cpu."),
            "no_room",
            "there is no room for it now (memory, processor time is short)",
            None,
        ),
        (
            _unscheduled("0/3 nodes are available: 3 node(s) had taints."),
            "no_room",
            "no machine takes it",
            None,
        ),
        (_unscheduled('persistentvolumeclaim "data" not found'), "volume", "a volume that it needs", 6),
        (_unscheduled("pod has unbound immediate PersistentVolumeClaims"), "volume", "a volume", 6),
        (_pod(server=_waiting("CreateContainerConfigError")), "container", "cannot be made", 5),
        (_pod(phase="Failed", reason="Evicted", message="disk"), "evicted", "the cluster has ended it", 0),
    ],
)
def test_a_cause_is_told(pod: Any, reason: str, said: str, patience_s: float | None) -> None:
    finding = diagnose(pod)
    assert finding is not None
    assert (finding.reason, finding.patience_s) == (reason, patience_s)
    assert said in finding.what


def test_what_a_server_said_at_its_end_is_kept_for_the_log() -> None:
    finding = diagnose(_pod(server={"state": _ended(1, "first\nlast")}))
    assert finding is not None
    assert finding.detail == "notebook ended with 1 (Error): first\nlast"
