"""Room: whether the namespace's quotas leave place for the user servers of the site."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ..cluster import Refused
from ..findings import Finding, fine, problem, skipped
from ..settings import Server
from ..trying import Bench

__all__ = ["amount", "check_quota", "judge_quota"]

_UNITS = {"": 1.0, "m": 1e-3, "k": 1e3, "K": 1024.0, "M": 1e6, "G": 1e9, "T": 1e12}
_UNITS |= {"Ki": 1024.0, "Mi": 1024.0**2, "Gi": 1024.0**3, "Ti": 1024.0**4}


async def check_quota(bench: Bench) -> list[Finding]:
    """Compare the namespace's quotas with what servers need."""
    settings = bench.maker.settings
    try:
        quotas = await bench.cluster.objects("ResourceQuota")
    except Refused as e:
        return [skipped("quota", f"quotas are not shown ({e.message})")]
    if not quotas:
        return [fine("quota", "the namespace has no quota")]
    return [judge_quota(quota, settings.servers, settings.users) for quota in quotas]


def judge_quota(quota: Mapping[str, Any], servers: Iterable[Server], users: int) -> Finding:
    """Judge whether a quota leaves room for so many servers of the largest kind."""
    name, status = quota["metadata"]["name"], quota.get("status") or {}
    hard, used = status.get("hard") or quota["spec"].get("hard") or {}, status.get("used") or {}
    for server in servers:
        for resource, needed in _needs(server).items():
            if resource not in hard:
                continue
            left = amount(hard[resource]) - amount(used.get(resource, "0"))
            if left < needed * users:
                said = (
                    f"{name} leaves {_shown(left, resource)} of {resource}, {users} server(s) of the kind "
                    f"{server.name} need {_shown(needed * users, resource)}"
                )
                cure = f"Raise {resource} of the ResourceQuota {name}, or ask for less in that profile."
                return problem("quota", said, cure)
    return fine("quota", f"{name} leaves room for {users} server(s) of each kind")


def amount(text: str) -> float:
    """Return what a quantity such as `1500m`, `2G` or `4Gi` is worth.

    Raises
    ------
    ValueError
        When it is none.
    """
    found = re.fullmatch(r"([0-9.]+(?:[eE][0-9]+)?)([a-zA-Z]*)", str(text))
    if not found or found[2] not in _UNITS:
        raise ValueError(f"{text!r} is no quantity")
    return float(found[1]) * _UNITS[found[2]]


def _needs(server: Server) -> dict[str, float]:
    cpu, memory = amount(server.cpu_guarantee), _memory(server.memory_guarantee)
    return {
        "pods": 1.0,
        "secrets": 1.0,
        "cpu": cpu,
        "requests.cpu": cpu,
        "memory": memory,
        "requests.memory": memory,
        "limits.cpu": amount(server.cpu_limit),
        "limits.memory": _memory(server.memory_limit),
    }


def _memory(text: str) -> float:
    """Memory as z2jh writes it: its `G` is 1024³."""
    return amount(f"{text}i" if text[-1:] in "KMGT" else text)


def _shown(value: float, resource: str) -> str:
    return f"{value / 1024**3:.1f}Gi" if "memory" in resource else f"{value:g}"
