"""/vospace/nodes, /vospace/availability, /vospace/capabilities (VOSpace 2.1, §6; VOSI 1.1)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from ...errors import UsageError
from ...ivoa.capabilities import add_capability, capabilities
from ...ivoa.parameters import shortened
from ...ivoa.vosi import availability
from ...ivoa.xml import document
from ..documents import node_document, read_node_type
from ..uris import path_in
from .context import Call, Calling
from .faults import FaultRoute

__all__ = ["ROUTER", "XML"]

XML = "text/xml"
ROUTER = APIRouter(
    prefix="/vospace", tags=["VOSpace"], route_class=FaultRoute, default_response_class=Response
)
_STANDARDS = (
    ("ivo://ivoa.net/std/VOSI#availability", "vospace/availability"),
    ("ivo://ivoa.net/std/VOSI#capabilities", "vospace/capabilities"),
    ("ivo://ivoa.net/std/VOSpace/v2.0#nodes", "vospace/nodes"),
    ("ivo://ivoa.net/std/VOSpace/v2.0#transfers", "vospace/transfers"),
    ("ivo://ivoa.net/std/VOSpace#sync-2.1", "vospace/sync"),
    ("ivo://ivoa.net/std/VOSpace#files-proto", "files"),
)
_ANSWER: dict[int | str, dict[str, Any]] = {200: {"description": "XML.", "content": {XML: {}}}}
_BODY = {"requestBody": {"required": True, "content": {XML: {}}}}


@ROUTER.get("/availability", operation_id="vospaceAvailability", responses=_ANSWER)
async def get_availability(call: Calling) -> Response:
    """Say that files are served."""
    told = availability(available=True, note="Files are served.", up_since=call.vospace.up_since)
    return Response(told, media_type=XML)


@ROUTER.get("/capabilities", operation_id="vospaceCapabilities", responses=_ANSWER)
async def get_capabilities(call: Calling) -> Response:
    """Say what can be done, at which addresses."""
    base = call.vospace.addresses.base(call.request)
    top = capabilities()
    for standard, path in _STANDARDS:
        add_capability(
            top, standard, f"{base}/{path}", use="base" if path.endswith(("nodes", "files")) else "full"
        )
    return Response(document(top), media_type=XML)


@ROUTER.get("/nodes", operation_id="rootNode", responses=_ANSWER)
async def get_root(call: Calling, detail: str = "max", limit: int | None = None) -> Response:
    """Describe the root."""
    return await _node(call, "", detail=detail, limit=limit)


@ROUTER.get("/nodes/{path:path}", operation_id="node", responses=_ANSWER)
async def get_node(
    call: Calling, path: str, detail: str = "max", limit: int | None = None, uri: str | None = None
) -> Response:
    """Describe a node; of a container also what it holds, from `uri` on."""
    return await _node(call, path, detail=detail, limit=limit, uri=uri)


@ROUTER.put(
    "/nodes/{path:path}", operation_id="createNode", status_code=201, responses=_ANSWER, openapi_extra=_BODY
)
async def create_node(call: Calling, path: str) -> Response:
    """Make a container, or a data node without data."""
    kind = read_node_type(await call.request.body())
    files = call.vospace.files
    if kind == "ContainerNode":
        node = await files.make_folder(call.principal, path)
    elif kind in ("DataNode", "UnstructuredDataNode", "StructuredDataNode"):
        node, _ = await files.put(call.principal, path, _nothing(), length=0, replace=False)
    else:
        raise UsageError(f"TypeNotSupported: nodes of type {shortened(kind)} cannot be made here.")
    return Response(node_document(call.vospace.authority, node), 201, media_type=XML)


@ROUTER.post("/nodes/{path:path}", operation_id="setNode", responses=_ANSWER, openapi_extra=_BODY)
async def set_node(call: Calling, path: str) -> Response:
    """Describe a node again: all properties here are read-only, so nothing is changed."""
    read_node_type(await call.request.body())
    return await _node(call, path, detail="properties", limit=0)


@ROUTER.delete(
    "/nodes/{path:path}", operation_id="deleteNode", responses={200: {"description": "It is gone."}}
)
async def delete_node(call: Calling, path: str) -> Response:
    """Delete a node with all that is in it; it can be restored for a while by the files service."""
    await call.vospace.files.remove(call.principal, path.strip("/"), recursive=True)
    return Response(status_code=200)


async def _node(
    call: Call, path: str, *, detail: str, limit: int | None = None, uri: str | None = None
) -> Response:
    if detail not in ("min", "max", "properties"):
        raise UsageError(f"detail must be min, max or properties, not {shortened(detail)!r}.")
    vospace, with_properties = call.vospace, detail != "min"
    node = await vospace.listings.node(call.principal, path)
    entries = None
    if node.kind == "folder" and limit != 0:
        start = None if uri is None else path_in(uri).rpartition("/")[2]
        page = await vospace.listings.page(call.principal, path, start=start, limit=limit)
        entries = page.entries
    elif node.kind == "folder":
        entries = ()
    told = node_document(vospace.authority, node, entries, with_properties=with_properties)
    return Response(told, media_type=XML)


async def _nothing() -> AsyncIterator[bytes]:
    yield b""
