"""Writes an isolation as a table of nftables."""

from __future__ import annotations

from .policies import Isolation

__all__ = ["ruleset"]

_TABLE = "inet network_policies"


def ruleset(isolation: Isolation) -> str:
    """Return commands that put one table in place of the last one, in one transaction.

    Traffic of pods passes `forward`, also when a bridge carries it; what they send to the node, `input`.
    What the node itself sends is never judged: kubelet's probes must pass, as with every network plug-in.
    """
    lines = [f"table {_TABLE}", f"delete table {_TABLE}", f"table {_TABLE} {{"]
    for prefix, allowed in (("in", isolation.incoming), ("out", isolation.outgoing)):
        for address, matches in allowed.items():
            lines.append(f"chain {_chain(prefix, address)} {{")
            lines += [f"{match} return".strip() for match in dict.fromkeys(matches)]
            lines += ["counter drop", "}"]
    lines += _hook("forward", isolation) + _hook("input", Isolation(outgoing=isolation.outgoing))
    return "\n".join([*lines, "}", ""])


def _hook(hook: str, isolation: Isolation) -> list[str]:
    lines = [f"chain {hook} {{", f"type filter hook {hook} priority filter - 10; policy accept;"]
    lines.append("ct state established,related accept")
    for prefix, side, allowed in (("out", "saddr", isolation.outgoing), ("in", "daddr", isolation.incoming)):
        if allowed:
            jumps = ", ".join(f"{address} : jump {_chain(prefix, address)}" for address in allowed)
            lines.append(f"ip {side} vmap {{ {jumps} }}")
    return [*lines, "}"]


def _chain(prefix: str, address: str) -> str:
    return f"{prefix}_{address.replace('.', '_')}"
