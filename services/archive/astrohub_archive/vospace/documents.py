"""The XML of VOSpace 2.1: nodes and transfers, written and read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from xml.etree import ElementTree

from ..errors import UsageError
from ..ivoa.received import parse_document
from ..ivoa.times import timestamp
from ..ivoa.xml import XSI, Element, add, document, root
from .nodes import Node
from .uris import CORE, SPACE, Authority

__all__ = ["Transfer", "node_document", "read_node_type", "read_transfer", "transfer_document"]

_NAMESPACES = {"vos": SPACE, "xsi": XSI}
_TYPES = {"file": "vos:DataNode", "folder": "vos:ContainerNode", "link": "vos:LinkNode"}


@dataclass(frozen=True)
class Transfer:
    """What is to be transferred (VOSpace 2.1, §3.6).

    `direction` is pullFromVoSpace, pushToVoSpace, or the identifier that a node is moved or copied to.
    """

    target: str
    direction: str
    keep_bytes: bool = True
    protocols: tuple[str, ...] = ()


def node_document(
    authority: Authority, node: Node, entries: Iterable[Node] | None = None, *, with_properties: bool = True
) -> bytes:
    """Return the description of a node (VOSpace 2.1, §3.1), of a container with what it holds."""
    top = root("vos:node", _NAMESPACES, version="2.1", uri=authority.uri(node.path))
    _fill(top, node, with_properties=with_properties)
    if entries is not None:
        inside = add(top, "vos:nodes")
        for entry in entries:
            element = add(inside, "vos:node", uri=authority.uri(entry.path))
            _fill(element, entry, with_properties=with_properties)
    return document(top)


def transfer_document(transfer: Transfer, endpoint: str, methods: Iterable[str | None]) -> bytes:
    """Return a transfer with the addresses at which its bytes are read or written (VOSpace 2.1, §3.6.2)."""
    top = root("vos:transfer", _NAMESPACES, version="2.1")
    add(top, "vos:target", transfer.target)
    add(top, "vos:direction", transfer.direction)
    add(top, "vos:view", uri=f"{CORE}defaultview")
    for uri in transfer.protocols:
        for method in methods:
            protocol = add(top, "vos:protocol", uri=uri)
            add(protocol, "vos:endpoint", endpoint)
            if method is not None:
                add(protocol, "vos:securityMethod", uri=method)
    add(top, "vos:keepBytes", "true" if transfer.keep_bytes else "false")
    return document(top)


def read_node_type(body: bytes) -> str:
    """Return the kind of node that a document describes, without prefix.

    Raises
    ------
    UsageError
        When it is no node.
    """
    top = parse_document(body)
    if top.tag != f"{{{SPACE}}}node":
        raise UsageError(f"The document is no node of VOSpace ({SPACE}).")
    return top.get(f"{{{XSI}}}type", "vos:DataNode").rpartition(":")[2]


def read_transfer(body: bytes) -> Transfer:
    """Return the transfer that a document asks for.

    Raises
    ------
    UsageError
        When it is no transfer, or lacks target or direction.
    """
    top = parse_document(body)
    if top.tag != f"{{{SPACE}}}transfer":
        raise UsageError(f"The document is no transfer of VOSpace ({SPACE}).")
    protocols = tuple(one.get("uri", "") for one in top.findall(f"{{{SPACE}}}protocol"))
    keep = _text(top, "keepBytes") or "true"
    target, direction = _text(top, "target"), _text(top, "direction")
    if not target or not direction:
        raise UsageError("The transfer lacks a target or a direction.")
    return Transfer(target, direction, keep.lower() in ("true", "1"), tuple(dict.fromkeys(protocols)))


def _fill(element: Element, node: Node, *, with_properties: bool) -> None:
    element.set("xsi:type", _TYPES[node.kind])
    if node.kind == "file":
        element.set("busy", "false")
    if with_properties:
        properties = add(element, "vos:properties")
        told = {"date": timestamp(node.modified), "ispublic": str(node.path.startswith("public")).lower()}
        if node.kind == "file":
            told["length"] = str(node.size)
        for name, text in told.items():
            add(properties, "vos:property", text, uri=CORE + name, readOnly="true")
    if node.kind == "link":
        add(element, "vos:target", "")


def _text(top: ElementTree.Element, name: str) -> str:
    return (top.findtext(f"{{{SPACE}}}{name}") or "").strip()
