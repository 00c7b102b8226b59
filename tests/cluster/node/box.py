"""Starts and ends the one cluster of this machine."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from ..errors import ClusterError
from ..places import CACHE, CLONE, HERE, KUBECONFIG, RUN, STATE
from ..programs import run
from ..report import Report
from ..supply.everything import Supply
from . import components
from .certificates import USERS, make_certificates
from .control_groups import make_groups, remove_groups
from .folders import hide_folders, remove_mount_points
from .images import load_images
from .kernel import prepare_kernel, put_back_kernel
from .kubeconfigs import write_kubeconfig
from .namespaces import begin_namespaces, end_namespaces, inside, plug_in, start_time
from .record import Record, read_record, write_record
from .running_components import RunningComponents
from .settings_files import write_settings
from .waiting import wait_until

__all__ = ["alone", "bring_up", "take_down"]

_LOCK = Path("/run/lock/astrohub-cluster.lock")
_MANIFESTS = HERE / "manifests"
_PATIENCE_S = 300.0
#: Each part of the node starts within seconds, on a machine that has much other work within a minute or two.
_START_S = 300.0


@contextmanager
def alone(patience_s: float = _PATIENCE_S) -> Iterator[None]:
    """Let one process at a time start or end the cluster.

    Raises
    ------
    ClusterError
        When another process does it for longer than one is ready to wait, or one may not.
    """
    if os.geteuid() != 0:
        raise ClusterError("Only root can start or end the test cluster.")
    _LOCK.parent.mkdir(parents=True, exist_ok=True)
    with _LOCK.open("w") as file:

        def is_ours() -> bool:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            return True

        wait_until(is_ours, "another process, which starts or ends the test cluster", timeout_s=patience_s)
        yield


def bring_up(supply: Supply, report: Report, *, owner: int | None = None) -> Record:
    """Start a cluster and return when pods can run and find each other by name.

    Parameters
    ----------
    owner
        The process that the cluster ends with; without one it stays until it is taken down.

    Raises
    ------
    ClusterError
        When one runs already, or this one does not start; nothing is left of it then.
    """
    with alone():
        old = read_record()
        if old and old.lives() and not old.is_orphan():
            raise ClusterError(
                f"A test cluster runs already, started from {old.clone}; a machine has one at a time: "
                "`python -m tests.cluster down` ends it."
            )
        _remove_everything(report)
        try:
            return _start(supply, report, owner)
        except ClusterError as e:
            raise ClusterError(f"{e}\nAll logs of this start: {_keep_logs()}") from e
        finally:
            if not (record := read_record()) or not record.ready:
                _remove_everything(report)


def take_down(report: Report) -> None:
    """End the cluster, running or crashed, and remove every trace of it, if there is one."""
    with alone():
        _remove_everything(report)


def _start(supply: Supply, report: Report, owner: int | None) -> Record:
    box = supply.binaries / "k8sbox"
    with report.step("Certificates and settings"):
        for folder in (STATE / "logs", STATE / "volumes", RUN):
            folder.mkdir(parents=True, mode=0o755)
        make_certificates(components.CERTIFICATES)
        for user in USERS:
            file = KUBECONFIG if user == "admin" else STATE / f"{user}.kubeconfig"
            write_kubeconfig(file, components.CERTIFICATES, user)
        write_settings(components.CERTIFICATES)
        make_groups()
        first = begin_namespaces(supply.first_process, STATE / "logs" / "namespaces.log")
        record = Record(
            first=first,
            first_start=start_time(first) or "",
            binaries=str(supply.binaries),
            clone=str(CLONE),
            owner=owner,
            owner_start=start_time(owner) if owner else None,
        )
        write_record(record)
        plug_in(first)
        hide_folders(inside(first))
        prepare_kernel(inside(first))
    running = RunningComponents(inside(first))
    with report.step("Control plane"):
        running.start(components.containerd())
        running.start(components.storage(box))
        running.start_all(components.control_plane(box))
        running.wait_until(
            lambda: _succeeds([box, "kubectl", "get", "--raw=/readyz"]), "the API server", _START_S
        )
        running.wait_until(lambda: _succeeds([*_containerd_client(first), "version"]), "containerd", _START_S)
        run([box, "kubectl", "apply", "-f", _MANIFESTS], env=_as_admin())
        running.start(components.addons(Path(sys.executable)))
    with report.step("Node ready, with the images that it cannot do without"):
        load_images(inside(first), supply.needed_images)
        running.wait_until((RUN / "addons-ready").exists, "volumes and network policies", _START_S)
        running.start_all(components.node_agents(box))
        running.wait_until(lambda: _node_is_ready(box), "the node", _START_S)
    with report.step("Names"):
        running.wait_until(lambda: _names_are_served(box), "CoreDNS", _START_S)
    with report.step(f"Images: {len(supply.images)}"):
        load_images(inside(first), supply.images)
    record = replace(record, ready=True)
    write_record(record)
    return record


def _containerd_client(first: int) -> list[str]:
    return [*inside(first), "ctr", "--address", str(RUN / "containerd.sock")]


def _as_admin() -> dict[str, str]:
    return os.environ | {"KUBECONFIG": str(KUBECONFIG)}


def _succeeds(command: list[str | Path]) -> bool:
    words = [str(word) for word in command]
    return subprocess.run(words, env=_as_admin(), capture_output=True, check=False).returncode == 0


def _asked(box: Path, *words: str) -> str:
    command = [str(box), "kubectl", *words]
    return subprocess.run(command, env=_as_admin(), capture_output=True, text=True, check=False).stdout


def _node_is_ready(box: Path) -> bool:
    path = '{.items[*].status.conditions[?(@.type=="Ready")].status}'
    account = _asked(box, "get", "serviceaccount", "default", "--namespace=default", "--output=name")
    return bool(account) and _asked(box, "get", "nodes", f"--output=jsonpath={path}") == "True"


def _names_are_served(box: Path) -> bool:
    words = ("get", "deployment", "coredns", "--namespace=kube-system")
    return _asked(box, *words, "--output=jsonpath={.status.readyReplicas}") == "1"


def _remove_everything(report: Report) -> None:
    """Remove what a cluster can have left: its places are fixed, so no record of what was made is trusted."""
    record = read_record()
    if not record and not STATE.exists() and not RUN.exists():
        return
    with report.step("Taken down"):
        if record and record.lives():
            end_namespaces(record.first)
        wait_until(lambda: not _mounted_here(), "the end of the node's mounts", timeout_s=60)
        put_back_kernel()
        remove_groups()
        remove_mount_points()
        shutil.rmtree(STATE, ignore_errors=True)
        shutil.rmtree(RUN, ignore_errors=True)


def _mounted_here() -> bool:
    mounts = Path("/proc/self/mounts").read_text(encoding="utf-8")
    return any(f" {place}/" in mounts for place in (STATE, RUN))


def _keep_logs() -> Path:
    """Keep the logs of a start that failed, for whoever has to find out why."""
    kept = CACHE / "failed-start"
    shutil.rmtree(kept, ignore_errors=True)
    if (STATE / "logs").is_dir():
        shutil.copytree(STATE / "logs", kept)
    return kept
