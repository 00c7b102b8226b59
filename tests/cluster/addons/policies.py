"""Network policies, worked out for the pods that there are: who may speak to whom (networking.k8s.io/v1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from .api import Object
from .selectors import selects

__all__ = ["Isolation", "Pod", "isolate", "pods_of"]


@dataclass(frozen=True)
class Pod:
    """A pod with an address of its own."""

    namespace: str
    labels: Mapping[str, str]
    address: str
    #: Name and protocol of a port -> its number.
    ports: Mapping[tuple[str, str], int]


@dataclass
class Isolation:
    """For each isolated pod, by address, the only traffic that is allowed, as matches of nftables."""

    incoming: dict[str, list[str]] = field(default_factory=dict)
    outgoing: dict[str, list[str]] = field(default_factory=dict)


def pods_of(objects: Iterable[Object]) -> list[Pod]:
    """Return the pods that policies can be about: those that run, or will, in the network of pods."""
    return [
        Pod(
            item["metadata"]["namespace"],
            item["metadata"].get("labels") or {},
            item["status"]["podIP"],
            {
                (port["name"], port.get("protocol", "TCP")): port["containerPort"]
                for container in item["spec"]["containers"]
                for port in container.get("ports") or []
                if "name" in port
            },
        )
        for item in objects
        if item["status"].get("podIP")
        and not item["spec"].get("hostNetwork")
        and item["status"].get("phase") in {"Pending", "Running"}
    ]


def isolate(
    pods: list[Pod], namespaces: Mapping[str, Mapping[str, str]], policies: Iterable[Object]
) -> Isolation:
    """Work out what is allowed.

    Parameters
    ----------
    namespaces
        Name -> labels.
    """
    isolation = Isolation()
    for policy in policies:
        spec, home = policy["spec"], policy["metadata"]["namespace"]
        types = spec.get("policyTypes") or ["Ingress", *(["Egress"] if spec.get("egress") else [])]
        for pod in pods:
            if pod.namespace != home or not selects(spec.get("podSelector") or {}, pod.labels):
                continue
            if "Ingress" in types:
                allowed = isolation.incoming.setdefault(pod.address, [])
                for rule in spec.get("ingress") or []:
                    peers = _peers(rule.get("from"), home, pods, namespaces)
                    allowed += _matches("saddr", peers, _ports(rule, [pod]))
            if "Egress" in types:
                allowed = isolation.outgoing.setdefault(pod.address, [])
                for rule in spec.get("egress") or []:
                    peers = _peers(rule.get("to"), home, pods, namespaces)
                    allowed += _matches("daddr", peers, _ports(rule, pods))
    return isolation


def _matches(side: str, peers: list[str], ports: list[str]) -> list[str]:
    return [" ".join(filter(None, (peer.format(side=side), port))) for peer in peers for port in ports]


def _peers(
    peers: list[Object] | None, home: str, pods: list[Pod], namespaces: Mapping[str, Mapping[str, str]]
) -> list[str]:
    """Return matches of the other side, with its direction left open; no list of peers means everybody."""
    if not peers:
        return [""]
    addresses: set[str] = set()
    found = []
    for peer in peers:
        if block := peer.get("ipBlock"):
            if ":" not in block["cidr"]:
                excepted = [f"ip {{side}} != {network}" for network in block.get("except") or []]
                found.append(" ".join([f"ip {{side}} {block['cidr']}", *excepted]))
            continue
        addresses |= {pod.address for pod in pods if _is_meant(peer, home, pod, namespaces)}
    if addresses:
        found.append(f"ip {{side}} {{{{ {', '.join(sorted(addresses))} }}}}")
    return found


def _is_meant(peer: Object, home: str, pod: Pod, namespaces: Mapping[str, Mapping[str, str]]) -> bool:
    selector = peer.get("namespaceSelector")
    near = pod.namespace == home if selector is None else selects(selector, namespaces.get(pod.namespace, {}))
    return near and selects(peer.get("podSelector") or {}, pod.labels)


def _ports(rule: Object, targets: list[Pod]) -> list[str]:
    """Return matches of ports; a name means the port of that name on the targets."""
    if not rule.get("ports"):
        return [""]
    return [match for port in rule["ports"] for match in _port(port, targets)]


def _port(port: Object, targets: list[Pod]) -> Iterator[str]:
    protocol, number = port.get("protocol", "TCP"), port.get("port")
    if number is None:
        yield f"meta l4proto {protocol.lower()}"
    elif isinstance(number, int):
        last = f"-{port['endPort']}" if port.get("endPort") else ""
        yield f"{protocol.lower()} dport {number}{last}"
    else:
        numbers = {pod.ports[number, protocol] for pod in targets if (number, protocol) in pod.ports}
        for found in sorted(numbers):
            yield f"{protocol.lower()} dport {found}"
