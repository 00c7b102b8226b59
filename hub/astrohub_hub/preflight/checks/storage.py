"""Volumes: claims are bound, and what one pod writes another sees at once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from ..cluster import Refused
from ..findings import Finding, fine, problem
from ..manifests import VOLUME
from ..settings import Volume
from ..trying import Bench

__all__ = ["check_storage", "judge_volume", "kinds"]

_SHARED = "ReadWriteMany"
#: How long one pod waits for what the other writes: network file systems cache names for some seconds.
_SEEN_WITHIN_S = 40


async def check_storage(bench: Bench) -> list[Finding]:
    """Try every claim that is there and shared, and every kind of claim that is still to be made."""
    there = {
        volume.name: await bench.cluster.get("PersistentVolumeClaim", volume.claim) for volume in _all(bench)
    }
    findings = [
        _judge_claim(volume, there[volume.name]) for volume in _all(bench) if _is_single(volume, there)
    ]
    tried = [volume for volume in _all(bench) if there[volume.name] and _SHARED in volume.access_modes]
    made = kinds(volume for volume in _all(bench) if not there[volume.name])
    outcomes = await asyncio.gather(
        *(_try(bench, volume.name, volume, volume.claim) for volume in tried),
        *(_try(bench, names, volume, "") for names, volume in made.items()),
    )
    return [*findings, *outcomes]


def kinds(volumes: Iterable[Volume]) -> dict[str, Volume]:
    """Put volumes of the same class and mode together, under their names: one trial is enough for them."""
    groups: dict[tuple[str | None, bool], list[Volume]] = {}
    for volume in volumes:
        groups.setdefault((volume.storage_class, _SHARED in volume.access_modes), []).append(volume)
    return {", ".join(v.name for v in group): group[0] for group in groups.values()}


def judge_volume(names: str, volume: Volume, trouble: str) -> Finding:
    """Judge what came of trying a volume."""
    of_class = (
        f"storage class {volume.storage_class}" if volume.storage_class else "the default storage class"
    )
    shared = _SHARED in volume.access_modes
    if not trouble:
        said = "two pods write it and see each other's files" if shared else "a pod writes it"
        return fine("storage", f"{names}: {said} ({of_class})")
    if "storageclass" in trouble.lower() and "not found" in trouble.lower():
        cure = (
            f"Name a class that `kubectl get storageclass` shows in storage.{volume.name}.storageClassName."
        )
    elif shared:
        cure = (
            f"storage.{volume.name} needs ReadWriteMany: name a class of NFS, CephFS or the like in its "
            "storageClassName, or a claim of your own in existingClaim."
        )
    else:
        cure = f"Look at the class in storage.{volume.name}.storageClassName, and at its provisioner's log."
    return problem("storage", f"{names}: {of_class}: {trouble}", cure)


def _all(bench: Bench) -> tuple[Volume, ...]:
    return bench.maker.settings.volumes


def _is_single(volume: Volume, there: dict[str, dict[str, object] | None]) -> bool:
    return bool(there[volume.name]) and _SHARED not in volume.access_modes


def _judge_claim(volume: Volume, claim: object) -> Finding:
    """Judge a claim that one node uses: it is not mounted a second time, only looked at."""
    phase = claim.get("status", {}).get("phase") if isinstance(claim, dict) else ""
    if phase == "Bound":
        return fine("storage", f"{volume.name}: the claim {volume.claim} is bound")
    return judge_volume(volume.name, volume, f"the claim {volume.claim} is {phase}, not bound")


async def _try(bench: Bench, names: str, volume: Volume, claim: str) -> Finding:
    maker = bench.maker
    what = f"volume-{volume.name}"
    if not claim:
        described = maker.claim(what, volume.storage_class, volume.access_modes)
        try:
            await bench.cluster.make(described)
        except Refused as e:
            return judge_volume(names, volume, e.message)
        claim = described["metadata"]["name"]
    folder, seconds = f"{VOLUME}/.preflight-{maker.run}", str(_SEEN_WITHIN_S)
    pairs = [("a", "b"), ("b", "a")] if _SHARED in volume.access_modes else [("a", "")]
    outcomes = await asyncio.gather(
        *(
            bench.run(maker.probe(f"{what}-{mine}", "share", folder, mine, other, seconds, claim=claim))
            for mine, other in pairs
        )
    )
    for outcome in outcomes:
        if outcome.trouble:
            return judge_volume(names, volume, await _why_unbound(bench, claim) or outcome.trouble)
        if not outcome.seen.get("shared"):
            return judge_volume(names, volume, str(outcome.seen.get("fault") or "it cannot be written"))
    await bench.run(maker.probe(f"{what}-tidy", "tidy", folder, claim=claim))
    return judge_volume(names, volume, "")


async def _why_unbound(bench: Bench, claim: str) -> str:
    """Say why a claim is not bound, as its events tell; nothing when it is."""
    shown = await bench.cluster.get("PersistentVolumeClaim", claim)
    if not shown or shown.get("status", {}).get("phase") == "Bound":
        return ""
    events = await bench.cluster.objects("Event", fieldSelector=f"involvedObject.name={claim}")
    told = [str(event.get("message", "")) for event in events if event.get("type") == "Warning"]
    if told:
        return told[-1]
    last = [str(event.get("message", "")) for event in events]
    return last[-1] if last else "nothing provisions the claim"
