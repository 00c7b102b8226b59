"""/tap/{availability,capabilities,tables,examples}: what the service says of itself (VOSI 1.1, DALI 1.1)."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from .context import Calling
from .documentation import ERRORS, xml_answer

__all__ = ["ROUTER"]

ROUTER = APIRouter(prefix="/tap", tags=["VOSI"], default_response_class=Response)
_XML = "text/xml"


@ROUTER.get("/availability", operation_id="availability", responses=xml_answer("VOSI availability"))
async def availability(call: Calling) -> Response:
    """Say whether queries are answered."""
    return Response(call.tap.description.availability(), media_type=_XML)


@ROUTER.get("/capabilities", operation_id="capabilities", responses=xml_answer("VOSI capabilities"))
async def capabilities(call: Calling) -> Response:
    """Say what can be done, at which addresses, within which limits."""
    return Response(call.tap.description.capabilities(call.tap_url), media_type=_XML)


@ROUTER.get("/tables", operation_id="tables", responses={**xml_answer("VODataService table set"), **ERRORS})
async def tables(call: Calling) -> Response:
    """List the tables, with their columns unless `detail=min`."""
    document = await call.tap.description.tables(call.principal, call.parameters)
    return Response(document, media_type=_XML)


@ROUTER.get(
    "/tables/{table_name}", operation_id="table", responses={**xml_answer("VODataService table"), **ERRORS}
)
async def table(call: Calling, table_name: str) -> Response:
    """Describe one table."""
    return Response(await call.tap.description.table(call.principal, table_name), media_type=_XML)


@ROUTER.get("/examples", operation_id="examples", responses=xml_answer("DALI examples"))
async def examples(call: Calling) -> Response:
    """Show queries to begin with."""
    return Response(call.tap.description.examples(), media_type="application/xhtml+xml")
