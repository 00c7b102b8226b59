"""A site's volumes, seen while those who write on them are away, as for backup and restore."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import yaml

from ..places import CLONE
from .site import PATIENCE_S, Site

__all__ = ["HUB_AND_ARCHIVE", "tar", "volumes"]

POD = CLONE / "config" / "kubernetes" / "backup-pod.yaml"
#: What tar ends with where a file changed while it was read.
_CHANGED = 1
HUB_AND_ARCHIVE = {"hub": "component=hub", "archive": "app.kubernetes.io/component=archive"}


@contextmanager
def volumes(site: Site, image: str, away: dict[str, str] = HUB_AND_ARCHIVE) -> Iterator[None]:
    """Take deployments away while the pod that sees the volumes is there; all of them answer afterwards.

    Parameters
    ----------
    image
        The archive's, in which that pod runs.
    away
        Deployments, and by which label their pods are known.
    """
    names = [f"deployment/{name}" for name in away]
    site.kubectl("scale", *names, "--replicas=0")
    for label in away.values():
        site.kubectl("wait", "--for=delete", "pod", f"--selector={label}", f"--timeout={PATIENCE_S}s")
    pod = yaml.safe_load(POD.read_text())
    pod["spec"]["containers"][0]["image"] = image
    site.cluster.apply(pod, namespace=site.namespace)
    site.kubectl("wait", "--for=condition=Ready", "pod/backup", f"--timeout={PATIENCE_S}s")
    try:
        yield
    finally:
        site.kubectl("delete", "pod", "backup")
        site.kubectl("scale", *names, "--replicas=1")
        for name in names:
            site.kubectl("rollout", "status", name, f"--timeout={PATIENCE_S}s")
        site.await_hub()


def tar(site: Site, *words: str, **streams: Any) -> None:
    """Run tar in the pod that sees the volumes, its stream from or to a file here.

    Raises
    ------
    AssertionError
        When tar fails; that a running server wrote a file while tar read it is no failure.
    """
    through = ["--stdin"] if "stdin" in streams else []
    kubectl = [*site.cluster.kubectl_command, "--namespace", site.namespace, "exec", *through, "backup", "--"]
    done = subprocess.run(
        [*kubectl, "tar", "-C", "/volumes", *words], env=site.cluster.variables, check=False, **streams
    )
    assert done.returncode in ({0, _CHANGED} if "stdout" in streams else {0})
