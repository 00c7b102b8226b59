"""/files: folders as JSON, files as bytes, and what is done with them."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import APIRouter
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from ...errors import ArchiveError, UsageError
from ...web.body import BodyStream
from ...web.problems import PROBLEM_RESPONSES
from ...web.streaming import ClientLeft, while_connected
from ..nodes import Node
from .attachment import attachment, etag
from .context import Call, Calling
from .documents import (
    ACTION_BODY,
    BYTES_ANSWER,
    BYTES_BODY,
    Copy,
    Entry,
    MakeFolder,
    Move,
    entry_of,
    folder_of,
    read_action,
)

__all__ = ["ROUTER"]

ROUTER = APIRouter(prefix="/files", tags=["Files"], responses=PROBLEM_RESPONSES)
_LEFT = 499


@ROUTER.get("", operation_id="filesRoot", responses=BYTES_ANSWER, response_class=Response)
async def get_root(call: Calling, after: str | None = None, limit: int | None = None) -> Response:
    """Return the root: what the caller finds there."""
    return await _folder(call, "", after, limit)


@ROUTER.get("/{path:path}", operation_id="file", responses=BYTES_ANSWER, response_class=Response)
async def get(call: Calling, path: str, after: str | None = None, limit: int | None = None) -> Response:
    """Return a page of a folder, or a file."""
    node = await call.vospace.listings.node(call.principal, path)
    if node.kind == "folder":
        return await _folder(call, path, after, limit)
    return attachment(call.request, await call.vospace.files.open(call.principal, path))


@ROUTER.head("/{path:path}", operation_id="fileHead", include_in_schema=False)
async def head(call: Calling, path: str) -> Response:
    """Return the headers of `get`."""
    return await get(call, path)


@ROUTER.put(
    "/{path:path}",
    operation_id="putFile",
    status_code=201,
    responses={
        201: {"description": "The file is there."},
        204: {"description": "The file was replaced."},
        412: {"description": "There is one, and If-None-Match: * was given."},
    },
    response_class=Response,
    openapi_extra=BYTES_BODY,
)
async def put(call: Calling, path: str) -> Response:
    """Write a file; with `If-None-Match: *` only if there is none of this name."""
    request = call.request
    body = BodyStream(request.receive)
    try:
        node, created = await call.vospace.files.put(
            call.principal,
            path,
            body,
            length=_length(request),
            replace=request.headers.get("if-none-match", "").strip() != "*",
        )
    except ClientDisconnect:
        return Response(status_code=_LEFT)
    except ArchiveError:
        if "expect" not in request.headers:  # who waits to be told to go on sends nothing more
            await body.read_on()
        raise
    return Response(status_code=201 if created else 204, headers=_made(call, node))


@ROUTER.post(
    "/{path:path}",
    operation_id="changeFile",
    responses={
        200: {"description": "It was moved, copied or restored.", "model": Entry},
        201: {"description": "The folder was made.", "model": Entry},
    },
    response_class=JSONResponse,
    openapi_extra=ACTION_BODY,
)
async def change(call: Calling, path: str) -> Response:
    """Make a folder, move, copy, or restore what was deleted."""
    action = read_action(await call.request.body())
    files = call.vospace.files
    if isinstance(action, MakeFolder):
        work = files.make_folder(call.principal, path)
    elif isinstance(action, Move):
        work = files.move(call.principal, path, action.to, replace=action.replace)
    elif isinstance(action, Copy):
        work = files.copy(call.principal, path, action.to, replace=action.replace)
    else:
        work = files.restore(call.principal, path)
    try:
        node = await while_connected(call.request, work)
    except ClientLeft:
        return Response(status_code=_LEFT)
    status = 201 if isinstance(action, MakeFolder) else 200
    return JSONResponse(entry_of(node).model_dump(by_alias=True), status, headers=_made(call, node))


@ROUTER.delete(
    "/{path:path}",
    operation_id="removeFile",
    status_code=204,
    responses={204: {"description": "It is gone, and can be restored for a while."}},
    response_class=Response,
)
async def remove(call: Calling, path: str, recursive: bool = False) -> Response:
    """Delete a file, or a folder; one that is not empty only with `recursive=true`."""
    await call.vospace.files.remove(call.principal, path, recursive=recursive)
    return Response(status_code=204)


async def _folder(call: Call, path: str, after: str | None, limit: int | None) -> Response:
    listing = await call.vospace.listings.page(call.principal, path, after=after, limit=limit)
    return JSONResponse(folder_of(listing).model_dump(by_alias=True))


def _length(request: Request) -> int | None:
    if "content-range" in request.headers:
        raise UsageError("A part of a file cannot be written; send the whole file.")
    text = request.headers.get("content-length", "")
    return int(text) if text.isdecimal() else None


def _made(call: Call, node: Node) -> dict[str, str]:
    base = call.vospace.addresses.base(call.request)
    return {"Location": f"{base}/files/{quote(node.path)}", "ETag": etag(node)}
