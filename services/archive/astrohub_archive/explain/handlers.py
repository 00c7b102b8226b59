"""POST /explain: what a query would cost."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from ..web.problems import PROBLEM_RESPONSES, prefer_problem
from ..web.requests import identify
from ..web.streaming import ClientLeft, while_connected
from .documents import EstimateDocument, ExplainRequest, describe_estimate, read_request
from .service import Explain

__all__ = ["ROUTER"]

_BODY = {
    "required": True,
    "content": {"application/json": {"schema": ExplainRequest.model_json_schema(by_alias=True)}},
}

ROUTER = APIRouter(tags=["Explain"], responses=PROBLEM_RESPONSES)


@ROUTER.post(
    "/explain",
    operation_id="explain",
    response_model=EstimateDocument,
    openapi_extra={"requestBody": _BODY},
)
async def explain(request: Request) -> Response:
    """Say about how many rows a query would answer and what would be read for them; nothing is run."""
    prefer_problem(request)
    service: Explain = request.app.state.explain
    principal = await identify(request, service.identity)
    asked = read_request(await request.body())
    try:
        explained = await while_connected(request, service.of(principal, asked.query))
    except ClientLeft:
        return Response(status_code=499)
    content = describe_estimate(explained).model_dump_json(by_alias=True)
    return Response(content, headers={"Cache-Control": "no-store"}, media_type="application/json")
