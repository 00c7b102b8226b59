"""/tap/tables/{name} and /tap/load/{name}: defining, filling and dropping one's own tables."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from ..errors import RequestTooLarge, UsageError
from ..ivoa.parameters import shortened
from ..mydb.receiving import Incoming, Upload
from .calls import Calling, UserTablesCall
from .definitions import empty_table, read_definition

__all__ = ["ROUTER"]

_VOSI = ("text/xml", "application/xml")
_VOTABLE = ("application/x-votable+xml", "text/xml;content=x-votable")
_FORMS = {
    "text/tab-separated-values": "csv",
    "text/csv": "csv",
    "application/fits": "fits",
    "application/x-votable+xml": "votable",
    "application/vnd.apache.parquet": "parquet",
    "application/x-parquet": "parquet",
}
_TEXT: dict[int | str, dict[str, Any]] = {200: {"description": "Nothing.", "content": {"text/plain": {}}}}

ROUTER = APIRouter(prefix="/tap", tags=["User tables"], default_response_class=Response)


@ROUTER.put(
    "/tables/{table_name}",
    operation_id="defineTable",
    responses=_TEXT,
    openapi_extra={
        "requestBody": {"required": True, "content": {kind: {} for kind in (*_VOSI, _VOTABLE[0])}}
    },
)
async def define_table(call: Calling, table_name: str) -> Response:
    """Make a table without rows, with the columns of a VOSI table or a VOTable."""
    owner = call.writer()
    name = call.own_name(table_name)
    body = await call.request.body()
    kind = _kind(call)
    if kind in _VOTABLE:
        upload = Upload(_at_once(body), "votable", f"{name}.xml")
    elif kind in _VOSI:
        content = empty_table(await asyncio.to_thread(read_definition, body))
        upload = Upload(_at_once(content), "parquet", f"{name}.xml")
    else:
        raise UsageError(f"A table is defined by {_VOSI[0]} or {_VOTABLE[0]}, not by {shortened(kind)!r}.")
    await call.tables.mydb.makers.define(owner, name, upload)
    return Response("", media_type="text/plain")


@ROUTER.delete("/tables/{table_name}", operation_id="removeTable", responses=_TEXT)
async def remove_table(call: Calling, table_name: str) -> Response:
    """Drop a table; MyDB can restore it for a while."""
    owner = call.writer()
    name = call.own_name(table_name)
    await asyncio.to_thread(call.tables.mydb.dropped.drop, owner, name)
    return Response("", media_type="text/plain")


@ROUTER.post(
    "/load/{table_name}",
    operation_id="loadTable",
    responses=_TEXT,
    openapi_extra={"requestBody": {"required": True, "content": {kind: {} for kind in _FORMS}}},
)
async def load_table(call: Calling, table_name: str) -> Response:
    """Append rows to a table; columns are known by their names."""
    owner = call.writer()
    name = call.own_name(table_name)
    form = _FORMS.get(_kind(call))
    if form is None:
        raise UsageError(f"Rows can come as {', '.join(_FORMS)}; Content-Type says which.")
    chunks = Incoming(call.request.stream(), asks_first="expect" in call.request.headers)
    upload = Upload(chunks, form, f"{name}.{form}", _announced(call))
    await call.tables.mydb.makers.append_file(owner, name, upload)
    return Response("", media_type="text/plain")


def _kind(call: UserTablesCall) -> str:
    said = call.request.headers.get("content-type", "").lower().replace(" ", "")
    return said if said in _VOTABLE else said.partition(";")[0]


def _announced(call: UserTablesCall) -> int | None:
    said = call.request.headers.get("content-length", "")
    length = int(said) if said.isdigit() else None
    most = call.tables.mydb.options.upload_bytes
    if length is not None and length > most and "expect" in call.request.headers:
        raise RequestTooLarge(f"The rows take more than the {most:,} bytes that one upload may have.")
    return length


async def _at_once(content: bytes) -> AsyncIterator[bytes]:
    yield content
