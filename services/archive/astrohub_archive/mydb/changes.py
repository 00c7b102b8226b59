"""/mydb/tables/{name}/… over HTTP: what is done with a table that is there."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter
from starlette.responses import Response

from ..errors import UsageError
from ..web.problems import PROBLEM_RESPONSES
from .calls import UPLOAD, Calling, answered, as_json, json_body
from .documents import (
    Appending,
    Indexing,
    Naming,
    TableDocument,
    describe_table,
    read_appending,
    read_indexing,
    read_naming,
)
from .makers import IndexWish
from .names import checked_name

__all__ = ["ROUTER"]

ROUTER = APIRouter(prefix="/mydb/tables/{name}", tags=["MyDB"], responses=PROBLEM_RESPONSES)


@ROUTER.post(
    "/rows", operation_id="appendToOwnTable", response_model=TableDocument, openapi_extra=json_body(Appending)
)
async def append_query(call: Calling, name: str) -> Response:
    """Append the rows of a query to a table."""
    owner, bare = call.writer(), checked_name(name)
    wanted = read_appending(await call.request.body())
    return await answered(call, call.mydb.makers.append_query(call.principal, owner, bare, wanted.query))


@ROUTER.put("/rows", operation_id="uploadToOwnTable", response_model=TableDocument, openapi_extra=UPLOAD)
async def append_file(call: Calling, name: str) -> Response:
    """Append the rows of an uploaded file to a table; its columns are those of the table, by name."""
    owner, bare = call.writer(), checked_name(name)
    entry = await call.mydb.makers.append_file(owner, bare, call.upload(bare))
    return as_json(describe_table(entry))


@ROUTER.post(
    "/rename", operation_id="renameOwnTable", response_model=TableDocument, openapi_extra=json_body(Naming)
)
async def rename_table(call: Calling, name: str) -> Response:
    """Give a table another name."""
    owner, bare = call.writer(), checked_name(name)
    new = checked_name(read_naming(await call.request.body()).name)
    return as_json(describe_table(await asyncio.to_thread(call.mydb.store.rename, owner, bare, new)))


@ROUTER.post(
    "/copy",
    operation_id="copyOwnTable",
    response_model=TableDocument,
    status_code=201,
    openapi_extra=json_body(Naming),
)
async def copy_table(call: Calling, name: str) -> Response:
    """Make a table that holds what another holds."""
    owner, bare = call.writer(), checked_name(name)
    new = checked_name(read_naming(await call.request.body()).name)
    return await answered(call, call.mydb.makers.copy(owner, bare, new), 201)


@ROUTER.post(
    "/index",
    operation_id="indexOwnTable",
    response_model=TableDocument,
    openapi_extra=json_body(Indexing, required=False),
)
async def index_table(call: Calling, name: str) -> Response:
    """Keep the rows of a table so that they are found fast: by the values of a column, else by position."""
    owner, bare = call.writer(), checked_name(name)
    wish = _wish(read_indexing(await call.request.body()))
    return await answered(call, call.mydb.makers.index(owner, bare, wish))


def _wish(wanted: Indexing) -> IndexWish:
    if wanted.column is not None:
        return IndexWish(column=wanted.column, unique=wanted.unique)
    if (wanted.ra is None) != (wanted.dec is None):
        raise UsageError("Name both columns of the position: ra and dec.")
    pair = (wanted.ra, wanted.dec) if wanted.ra is not None and wanted.dec is not None else True
    return IndexWish(position=pair)
