"""What surrounds a pod tells why it does not come up: events, claims, refusals, the server's log."""

from __future__ import annotations

from typing import Any

import pytest
from astrohub_hub.signals import (
    diagnose_claims,
    diagnose_events,
    diagnose_log,
    explain_refusal,
    refused_by_a_beginner,
    unreachable_api,
)

SERVER, PREPARE = "spec.containers{notebook}", "spec.initContainers{prepare}"


def _event(reason: str, message: str = "", of: str = SERVER) -> dict[str, Any]:
    return {"reason": reason, "message": message, "involvedObject": {"fieldPath": of}}


def _refused(why: str) -> dict[str, Any]:
    return _event("Failed", f'Failed to pull image "lab:2": {why}')


_NOT_STARTED = _event("Failed", 'Error: runc create failed: exec: "lab": executable file not found in $PATH')
_SMALL = _event("Failed", "Error: container init was OOM-killed (memory limit too low?)")


@pytest.mark.parametrize(
    ("events", "reason", "said", "patience_s"),
    [
        ([_event("Pulling"), _refused("not found")], "image", "there is none of this name", 1),
        ([_event("Pulling"), _refused("403 Forbidden")], "image", "does not let us have it", 1),
        ([_refused("connection refused"), _event("Pulling")], "image", "its image cannot be fetched", 5),
        ([_event("Pulled", of=PREPARE), _event("Pulling")], "pulling", "is being fetched", None),
        ([_event("FailedMount", 'secret "s" not found', "")], "volume", "cannot be mounted", 60),
        ([_event("FailedCreatePodSandBox", of="")], "network", "cannot give it a network", 20),
        ([_event("Pulled"), _NOT_STARTED], "container", "its image is none for a Lab", 0),
        ([_event("Pulled"), _SMALL], "out_of_memory", "more memory than it may have", 0),
    ],
)
def test_an_event_tells_a_cause(
    events: list[dict[str, Any]], reason: str, said: str, patience_s: float | None
) -> None:
    finding = diagnose_events(events)
    assert finding is not None
    assert (finding.reason, finding.patience_s) == (reason, patience_s)
    assert said in finding.what


@pytest.mark.parametrize(
    ("events", "started"),
    [
        ([], False),
        ([_event("Scheduled", of=""), _event("Pulled")], False),
        ([_refused("a moment's trouble"), _event("Pulling"), _event("Pulled")], False),
        ([_event("FailedMount", "a moment's trouble", "")], True),
        ([_event("Pulled"), _NOT_STARTED, _event("Started")], True),
        ([_refused("dial unix: no such file or directory"), _event("Pulled")], False),
        ([_event("Pulled"), _event("Failed", "Error: a moment's trouble")], False),
    ],
)
def test_what_is_over_is_not_told(events: list[dict[str, Any]], started: bool) -> None:
    assert diagnose_events(events, started=started) is None


_BOUND: dict[str, Any] = {"status": {"phase": "Bound"}}
_PENDING: dict[str, Any] = {"status": {"phase": "Pending"}}


def _of_claim(reason: str) -> list[dict[str, Any]]:
    return [{"reason": reason, "message": "no class", "involvedObject": {"name": "data"}}]


@pytest.mark.parametrize(
    ("there", "events", "said", "waits"),
    [
        ({"homes": _BOUND}, [], "its volume data is not there", False),
        (
            {"homes": _BOUND, "data": _PENDING},
            _of_claim("ProvisioningFailed"),
            "its volume data cannot be made",
            False,
        ),
        (
            {"homes": _BOUND, "data": _PENDING},
            _of_claim("ExternalProvisioning"),
            "its volume data is not ready",
            True,
        ),
    ],
)
def test_the_claim_that_holds_a_pod_up_is_named(
    there: dict[str, Any], events: list[dict[str, Any]], said: str, waits: bool
) -> None:
    finding = diagnose_claims({"homes", "data"}, there, events)
    assert finding is not None
    assert said in finding.what
    assert (finding.patience_s is None) is waits


def test_claims_that_are_bound_hold_nothing_up() -> None:
    assert diagnose_claims({"homes"}, {"homes": _BOUND}, []) is None


@pytest.mark.parametrize(
    ("log", "said"),
    [
        ("Failed to connect to my Hub at http://hub:8081/hub/api (attempt 1/5).", "it cannot reach the hub"),
        ("Jupyter Server 2 is running at:\nhttp://jupyter-ada:8888/", "the hub cannot reach it"),
    ],
)
def test_a_server_that_is_cut_off_is_known_by_its_log(log: str, said: str) -> None:
    finding = diagnose_log(f"some line\n{log}\n")
    assert finding is not None
    assert (finding.reason, finding.what) == ("cut_off", said)
    assert "network policy" in finding.cure


def test_a_server_that_is_still_loading_is_not_cut_off() -> None:
    assert diagnose_log("Loading extension a\n") is None


@pytest.mark.parametrize(
    ("message", "reason", "said"),
    [
        ('pods "jupyter-ada" is forbidden: exceeded quota: compute', "quota", "quota is used up"),
        (
            'pods "jupyter-ada" is forbidden: violates PodSecurity "restricted:latest"',
            "admission",
            'do not allow it: "restricted:latest"',
        ),
        (
            "ValidatingAdmissionPolicy 'a' with binding 'b' denied request: No images of others.",
            "admission",
            "do not allow it: No images of others",
        ),
        ("something else", "refused", "the cluster refuses it (403)"),
    ],
)
def test_a_pod_that_is_not_taken_is_explained(message: str, reason: str, said: str) -> None:
    finding = explain_refusal(403, message)
    assert finding.reason == reason
    assert said in finding.what


def test_a_cluster_that_does_not_answer_is_waited_for() -> None:
    finding = unreachable_api(ConnectionRefusedError("10.0.0.1 refuses\nwith headers"))
    assert (finding.reason, finding.patience_s) == ("api_server", None)
    assert "headers" not in finding.detail


@pytest.mark.parametrize(
    ("status", "message", "may_pass"),
    [
        (403, 'secrets "s" is forbidden: User "hub" cannot delete resource', True),
        (401, "Unauthorized", True),
        (500, "failed calling webhook", True),
        (403, "pods is forbidden: exceeded quota: servers", False),
        (403, 'pods is forbidden: violates PodSecurity "restricted"', False),
        (422, "Pod is invalid", False),
    ],
)
def test_an_api_server_that_has_just_begun_refuses_what_it_takes_later(
    status: int, message: str, may_pass: bool
) -> None:
    finding = refused_by_a_beginner(status, message)
    assert (finding is not None) == may_pass
    if finding:
        assert (finding.reason, finding.detail, finding.patience_s) == ("refused", message, None)
        assert f"just starting, and refuses it still ({status})" in finding.what
