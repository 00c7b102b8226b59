"""/mydb/tables over HTTP: JSON for tables, bytes for uploads."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter
from starlette.responses import Response

from ..web.problems import PROBLEM_RESPONSES
from .calls import UPLOAD, Calling, answered, as_json, json_body
from .documents import (
    Creation,
    TableDocument,
    TableList,
    describe_table,
    describe_tables,
    read_creation,
)
from .names import checked_name

__all__ = ["ROUTER"]

_REPLACE = {"name": "replace", "in": "query", "schema": {"type": "boolean", "default": False}}
_RESTORE = [
    {"name": "as", "in": "query", "schema": {"type": "string"}, "description": "Another name for it."},
    {"name": "id", "in": "query", "schema": {"type": "string"}, "description": "Which one, if not the last."},
]

ROUTER = APIRouter(prefix="/mydb/tables", tags=["MyDB"], responses=PROBLEM_RESPONSES)


@ROUTER.get("", operation_id="listOwnTables", response_model=TableList)
async def list_tables(call: Calling) -> Response:
    """List the caller's tables, those that can be restored, and how much room there is."""
    listing = await asyncio.to_thread(call.mydb.listed, call.reader())
    return as_json(describe_tables(listing, call.mydb.options))


@ROUTER.post(
    "",
    operation_id="createOwnTable",
    response_model=TableDocument,
    status_code=201,
    openapi_extra=json_body(Creation),
)
async def create_table(call: Calling) -> Response:
    """Make a table of the rows of a query."""
    owner = call.writer()
    wanted = read_creation(await call.request.body())
    name = checked_name(wanted.name)
    make = call.mydb.makers.from_query
    making = make(call.principal, owner, name, wanted.query, replace=wanted.replace)
    return await answered(call, making, 201)


@ROUTER.get("/{name}", operation_id="ownTable", response_model=TableDocument)
async def get_table(call: Calling, name: str) -> Response:
    """Describe one table."""
    entry = await asyncio.to_thread(call.mydb.store.get, call.reader(), checked_name(name))
    return as_json(describe_table(entry))


@ROUTER.put(
    "/{name}",
    operation_id="uploadOwnTable",
    response_model=TableDocument,
    status_code=201,
    openapi_extra={**UPLOAD, "parameters": [*UPLOAD["parameters"], _REPLACE]},
)
async def upload_table(call: Calling, name: str) -> Response:
    """Make a table of an uploaded file."""
    owner = call.writer()
    bare = checked_name(name)
    upload = call.upload(bare)
    entry = await call.mydb.makers.from_file(owner, bare, upload, replace=call.flag("replace"))
    return as_json(describe_table(entry), 201)


@ROUTER.delete("/{name}", operation_id="dropOwnTable", status_code=204)
async def drop_table(call: Calling, name: str) -> Response:
    """Take a table away; it can be restored for a while."""
    await asyncio.to_thread(call.mydb.dropped.drop, call.writer(), checked_name(name))
    return Response(status_code=204)


@ROUTER.post(
    "/{name}/restore",
    operation_id="restoreOwnTable",
    response_model=TableDocument,
    openapi_extra={"parameters": _RESTORE},
)
async def restore_table(call: Calling, name: str) -> Response:
    """Bring back the table of a name that was dropped last, or the one of an id, or under another name."""
    owner, bare = call.writer(), checked_name(name)
    new = call.parameters.one("AS")
    restore = call.mydb.dropped.restore
    entry = await asyncio.to_thread(
        restore,
        owner,
        bare,
        new=None if new is None else checked_name(new),
        table_id=call.parameters.one("ID"),
    )
    return as_json(describe_table(entry))
