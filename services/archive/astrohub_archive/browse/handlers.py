"""GET /catalog: all that the caller may query, for schema browsers and completion."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from ..web.problems import PROBLEM_RESPONSES, prefer_problem
from ..web.requests import identify
from .index import CatalogDocument
from .service import Browse

__all__ = ["ROUTER"]

_ERRORS: dict[int | str, dict[str, Any]] = {
    304: {"description": "Nothing has changed since the version of If-None-Match."},
    **PROBLEM_RESPONSES,
}

ROUTER = APIRouter(tags=["Catalog"], responses=_ERRORS)


@ROUTER.get("/catalog", operation_id="catalog", response_model=CatalogDocument)
async def catalog(request: Request) -> Response:
    """List schemas, tables and columns; with a token, `mydb` holds the caller's own tables."""
    prefer_problem(request)
    browse: Browse = request.app.state.browse
    principal = await identify(request, browse.identity)
    own = await browse.reader.own_schema(principal)
    page = await asyncio.to_thread(browse.index.page, own)
    headers = {
        "ETag": f"W/{page.etag}",  # the same for the plain and the compressed form
        "Cache-Control": "private, no-cache",
        "Vary": "Authorization, X-DL-AuthToken, Accept-Encoding",
    }
    if _knows(request.headers.get("if-none-match", ""), page.etag):
        return Response(status_code=304, headers=headers)
    if _takes_gzip(request.headers.get("accept-encoding", "")):
        headers["Content-Encoding"] = "gzip"
        return Response(page.compressed, headers=headers, media_type="application/json")
    return Response(page.content, headers=headers, media_type="application/json")


def _knows(condition: str, etag: str) -> bool:
    known = {part.strip().removeprefix("W/") for part in condition.split(",")}
    return etag in known or "*" in known


def _takes_gzip(accepted: str) -> bool:
    """Say whether a client takes gzip (RFC 9110, §12.5.3); a weight of zero means that it does not."""
    for part in accepted.lower().split(","):
        coding, _, weight = part.partition(";")
        if coding.strip() in ("gzip", "*"):
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False
