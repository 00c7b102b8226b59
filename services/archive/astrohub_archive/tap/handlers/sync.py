"""/tap/sync: a query and its answer in one request (TAP 1.1, §2.1)."""

from __future__ import annotations

from contextlib import AsyncExitStack

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from ...engine import Relay
from ...web.direct import ClosingResponse
from ...web.requests import address_of
from ...web.streaming import ClientLeft, StreamedAnswer, while_connected
from ..queries import digest
from ..query_request import QueryRequest, read_query_request
from .context import Call, read_call
from .documentation import ERRORS, QUERY_ANSWER, QUERY_FORM, QUERY_PARAMETERS

__all__ = ["ROUTER", "answer"]

ROUTER = APIRouter(prefix="/tap/sync", tags=["TAP"])


@ROUTER.get(
    "",
    operation_id="queryByAddress",
    response_class=Response,
    responses={**QUERY_ANSWER, **ERRORS},
    openapi_extra={"parameters": QUERY_PARAMETERS},
)
async def query_by_address(request: Request) -> Response:
    """Answer a query whose parameters stand in the address."""
    return await _answer(request)


@ROUTER.post(
    "",
    operation_id="query",
    response_class=Response,
    responses={**QUERY_ANSWER, **ERRORS},
    openapi_extra={"requestBody": QUERY_FORM},
)
async def query(request: Request) -> Response:
    """Answer a query whose parameters stand in a form."""
    return await _answer(request)


async def _answer(request: Request) -> Response:
    async with AsyncExitStack() as left_open:
        call = await read_call(request, left_open)
        response = await answer(call)
        return response if call.folder is None else ClosingResponse(response, left_open.pop_all())


async def answer(call: Call) -> Response:
    """Answer a query while its caller waits."""
    request = read_query_request(call.parameters, call.tap.queries.limits)
    call.request.state.query = digest(request.text)
    try:
        found = await while_connected(call.request, _run(call, request))
    except ClientLeft:
        return Response(status_code=499)
    mime, headers = request.format.mime, _headers(found, request)
    if found.complete is not None:
        content = b"".join([chunk async for chunk in found.chunks()])
        return Response(content, media_type=mime, headers=headers)
    return StreamedAnswer(found, media_type=mime, headers=headers)


async def _run(call: Call, request: QueryRequest) -> Relay:
    uploads, queries = call.tap.uploads, call.tap.queries
    address = address_of(call.request)
    if not request.uploads or call.folder is None:
        return await queries.answer(call.principal, request, address=address)
    uploads.check(call.principal, request.uploads, call.files)
    uploaded = await uploads.read_at_once(call.folder, request.uploads)
    return await queries.answer(call.principal, request, uploaded, address=address)


def _headers(answer: Relay, request: QueryRequest) -> dict[str, str]:
    headers = {
        "Content-Disposition": f'attachment; filename="result.{request.format.extension}"',
        # Where a format has no place to say that it was cut, as many rows as this say that it may be.
        "Astrohub-Maxrec": str(request.maxrec),
    }
    if answer.complete is not None:
        headers["Astrohub-Status"] = answer.complete.status
        headers["Astrohub-Rows"] = str(answer.complete.rows)
    return headers
