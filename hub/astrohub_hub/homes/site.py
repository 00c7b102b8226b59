"""The site whose homes are meant, from inside the hub's pod: its pods, and pods that see the homes."""

from __future__ import annotations

import argparse
import asyncio
import math
import os
import secrets
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import Any

from pydantic import ValidationError

from ..cluster import read_settings
from ..kubernetes_settings import Claim
from ..preflight.cluster import Cluster, Refused, connected
from ..preflight.manifests import ACCOUNT
from ..preflight.settings import PreflightError
from ..settings import SettingsError
from .removal import NotBegun, OutOfTime, Removal, Unfinished
from .worker import HOMES

__all__ = ["CannotReach", "done"]

#: A home may hold millions of files; those of one that takes longer are deleted in the next nights.
_PATIENCE_S = 1_800
#: Containers that run this: in the hub's pod, and in that of the chart's CronJob.
_OURS = frozenset({"hub", "homes"})
_ENDED = frozenset({"Succeeded", "Failed"})
#: What the cluster says of a pod that it has ended for its `activeDeadlineSeconds`.
_TOO_LONG = "DeadlineExceeded"


class CannotReach(Exception):
    """Why the homes cannot be reached from here."""


def done(parsed: argparse.Namespace) -> str:
    """Do what was asked for and say what was done.

    Raises
    ------
    Unwilling
        When it was refused.
    CannotReach
        When this is not the hub's pod, or the cluster refuses what is needed.
    """
    try:
        return asyncio.run(_done(parsed))
    except (SettingsError, PreflightError, Refused, Unfinished) as e:
        raise CannotReach(str(e)) from e


async def _done(parsed: argparse.Namespace) -> str:
    homes = _homes(parsed)
    within_s = getattr(parsed, "within", None)
    end = monotonic() + within_s if within_s else math.inf
    async with connected("") as cluster:
        own = await cluster.get("Pod", os.environ["HOSTNAME"])
        if own is None:
            raise CannotReach("run it in the hub's pod: kubectl exec deployment/hub -- astrohub-admin homes")
        site = _Site(cluster, homes, own, end)
        removal = Removal(site.work, site.servers_of, time.time, _tell)
        if parsed.what == "delete":
            return await removal.delete(parsed.user, confirmed=parsed.confirmed, keep_days=parsed.keep_days)
        if parsed.what == "restore":
            return await removal.restore(parsed.user, parsed.kept_until)
        return await (removal.kept() if parsed.what == "list" else removal.purge())


def _tell(sentence: str) -> None:
    sys.stdout.write(sentence + "\n")
    sys.stdout.flush()


def _homes(parsed: argparse.Namespace) -> Claim:
    """Return where homes are: as is said, for a pod that has none of the hub's settings, or as those say."""
    if parsed.claim:
        try:
            return Claim(claim=parsed.claim, sub_path=parsed.folder)
        except ValidationError:
            raise CannotReach(f"--folder {parsed.folder!r} is no folder of a volume") from None
    settings, _ = read_settings()
    return settings.kubernetes.homes


@dataclass(frozen=True)
class _Site:
    """Where homes are, and what can look at them.

    Parameters
    ----------
    cluster
        The site's namespace.
    homes
        The folder of all homes.
    pod
        The description of this pod, which is the hub's or one of its image: that has the worker.
    end
        When all that is done has to end, by the clock of `monotonic`.
    """

    cluster: Cluster
    homes: Claim
    pod: dict[str, Any]
    end: float

    async def servers_of(self, user: str) -> list[str]:
        """Return the names of a user's pods; one that ends still has the home open."""
        pods = await self.cluster.objects("Pod", labelSelector="component=singleuser-server")
        return [
            pod["metadata"]["name"]
            for pod in pods
            if (pod["metadata"].get("annotations") or {}).get("hub.jupyter.org/username") == user
        ]

    async def work(self, words: Sequence[str], number: int | None) -> dict[str, Any]:
        """Run the worker in a pod of its own, as the archive or as the owner of a home."""
        patience_s = int(min(_PATIENCE_S, self.end - monotonic()))
        if patience_s < 1:
            raise OutOfTime("the time is over")
        pod = self._pod(words, number or ACCOUNT, patience_s)
        name = pod["metadata"]["name"]
        await self._make(pod)
        try:
            ended, said = await self._end_of(name, patience_s)
        except (PreflightError, Refused) as e:
            raise Unfinished(str(e)) from e
        if said:
            return said
        if not ended:
            raise Unfinished(f"the pod {name} was removed before its end")
        reason = ended["status"].get("reason", "")
        if not _has_begun(ended):
            why = f" ({reason})" if reason else ""
            raise NotBegun(f"the pod {name} that sees the homes could not begin{why}")
        if _has_ended(ended) and reason != _TOO_LONG:
            raise Unfinished(f"the pod {name} failed")
        if patience_s < _PATIENCE_S:
            raise OutOfTime("the time is over")
        raise Unfinished(f"it takes longer than {_PATIENCE_S // 60} minutes")

    async def _make(self, pod: dict[str, Any]) -> None:
        try:
            await self.cluster.make(pod)
        except Refused as e:
            raise NotBegun(str(e)) from e
        except PreflightError as e:
            with suppress(PreflightError, Refused):  # the answer is lost: it may have been made
                await self.cluster.remove_pod(pod["metadata"]["name"])
            raise NotBegun(str(e)) from e

    async def _end_of(self, name: str, patience_s: int) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return a pod as it is at its end, or when patience ends, and what it has said."""
        try:
            pod = await self.cluster.await_pod(name, _has_ended, patience_s)
            return pod, await self.cluster.said(name) if _has_ended(pod) and _has_begun(pod) else {}
        finally:
            await self.cluster.remove_pod(name)

    def _pod(self, words: Sequence[str], number: int, patience_s: int) -> dict[str, Any]:
        about, around = self.pod["metadata"], self.pod["spec"]
        own = next(one for one in around["containers"] if one["name"] in _OURS)
        container = {
            "name": "homes",
            "image": own["image"],
            "imagePullPolicy": own.get("imagePullPolicy", "IfNotPresent"),
            "command": ["/opt/astrohub/bin/python", "-m", "astrohub_hub.homes.worker", *words],
            "securityContext": {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            },
            "resources": {"requests": {"cpu": "10m", "memory": "32Mi"}, "limits": {"memory": "128Mi"}},
            "volumeMounts": [{"name": "homes", "mountPath": HOMES, "subPath": self.homes.sub_path}],
        }
        spec = {
            "restartPolicy": "Never",
            "automountServiceAccountToken": False,
            "enableServiceLinks": False,
            "activeDeadlineSeconds": patience_s,
            "imagePullSecrets": around.get("imagePullSecrets") or [],
            # Where this pod may run, its image is.
            "nodeSelector": around.get("nodeSelector") or {},
            "tolerations": around.get("tolerations") or [],
            "securityContext": {
                "runAsNonRoot": True,
                "runAsUser": number,
                "runAsGroup": ACCOUNT,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "containers": [container],
            "volumes": [{"name": "homes", "persistentVolumeClaim": {"claimName": self.homes.claim}}],
        }
        labels = {"app.kubernetes.io/name": "astrohub", "app.kubernetes.io/component": "homes"}
        # When this pod is killed amid its work, the cluster removes the other with it.
        owner = {"apiVersion": "v1", "kind": "Pod", "name": about["name"], "uid": about["uid"]}
        metadata = {"name": f"homes-{secrets.token_hex(4)}", "labels": labels, "ownerReferences": [owner]}
        return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


def _has_ended(pod: dict[str, Any]) -> bool:
    return (pod.get("status") or {}).get("phase") in _ENDED


def _has_begun(pod: dict[str, Any]) -> bool:
    """Return whether the worker has run: its image was fetched, and the homes were mounted."""
    status = pod.get("status") or {}
    states = [one["state"] for one in status.get("containerStatuses") or []]
    started = any((told or {}).get("startedAt") for state in states for told in state.values())
    return started or status.get("phase") == "Succeeded"
