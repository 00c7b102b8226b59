"""/vospace/sync and /vospace/transfers: where bytes are read and written (VOSpace 2.1, §6.4)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from ...ivoa.xml import XSI, add, document, root
from ...web.requests import read_parameters
from ..documents import Transfer, read_transfer
from ..transfers import job_of, transfer_of, transfer_of_parameters
from .context import Call, Calling
from .faults import FaultRoute

__all__ = ["ROUTER"]

_XML = "text/xml"
_UWS = "http://www.ivoa.net/xml/UWS/v1.0"
_XLINK = "http://www.w3.org/1999/xlink"
ROUTER = APIRouter(
    prefix="/vospace", tags=["VOSpace"], route_class=FaultRoute, default_response_class=Response
)
_ANSWER: dict[int | str, dict[str, Any]] = {200: {"description": "XML.", "content": {_XML: {}}}}
_SEE: dict[int | str, dict[str, Any]] = {303: {"description": "See the transfer."}}
_BODY = {"requestBody": {"required": True, "content": {_XML: {}, "application/x-www-form-urlencoded": {}}}}


@ROUTER.get("/sync", operation_id="transferByAddress", status_code=303, responses=_SEE)
async def transfer_by_address(call: Calling) -> Response:
    """Ask for a transfer by the parameters of the address."""
    return await transfer(call)


@ROUTER.post("/sync", operation_id="transfer", status_code=303, responses=_SEE, openapi_extra=_BODY)
async def transfer(call: Calling) -> Response:
    """Ask for a transfer; with REQUEST=redirect be sent to the bytes at once."""
    asked, is_redirect = await _asked(call)
    job = job_of(asked)
    await call.vospace.transfers.begin(call.principal, asked)
    if is_redirect:
        return _see(call.vospace.transfers.endpoint(transfer_of(job), _files(call)))
    return _see(f"{_job(call, job)}/results/transferDetails")


@ROUTER.post(
    "/transfers", operation_id="createTransfer", status_code=303, responses=_SEE, openapi_extra=_BODY
)
async def create_transfer(call: Calling) -> Response:
    """Ask for a transfer as a job; nodes are moved and copied before the answer."""
    asked, _ = await _asked(call)
    job = job_of(asked)
    await call.vospace.transfers.begin(call.principal, asked)
    return _see(_job(call, job))


@ROUTER.post("/transfers/{job}/phase", operation_id="runTransfer", status_code=303, responses=_SEE)
async def run_transfer(call: Calling, job: str) -> Response:
    """Run a job that has run already."""
    transfer_of(job)
    return _see(_job(call, job))


@ROUTER.get("/transfers/{job}/phase", operation_id="transferPhase")
async def phase(call: Calling, job: str) -> Response:
    """Return the phase of a job."""
    transfer_of(job)
    return Response("COMPLETED", media_type="text/plain")


@ROUTER.get("/transfers/{job}", operation_id="transferJob", responses=_ANSWER)
async def get_job(call: Calling, job: str) -> Response:
    """Describe the job of a transfer."""
    transfer_of(job)
    top = root("uws:job", {"uws": _UWS, "xlink": _XLINK, "xsi": XSI}, version="1.1")
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    add(top, "uws:jobId", job)
    add(top, "uws:ownerId", call.principal.name, xsi__nil=None if call.principal.name else "true")
    add(top, "uws:phase", "COMPLETED")
    add(top, "uws:quote", xsi__nil="true")
    for name in ("startTime", "endTime"):
        add(top, f"uws:{name}", now)
    add(top, "uws:executionDuration", "0")
    add(top, "uws:destruction", xsi__nil="true")
    results = add(top, "uws:results")
    href = f"{_job(call, job)}/results/transferDetails"
    add(results, "uws:result", id="transferDetails", xlink__href=href)
    return Response(document(top), media_type=_XML)


@ROUTER.get("/transfers/{job}/results/transferDetails", operation_id="transferDetails", responses=_ANSWER)
async def details(call: Calling, job: str) -> Response:
    """Return a transfer with the addresses of its bytes."""
    return Response(call.vospace.transfers.details(transfer_of(job), _files(call)), media_type=_XML)


async def _asked(call: Call) -> tuple[Transfer, bool]:
    kind = call.request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if call.request.method == "POST" and kind in (_XML, "application/xml"):
        return read_transfer(await call.request.body()), False
    parameters = await read_parameters(call.request)
    is_redirect = (parameters.one("REQUEST") or "").lower() == "redirect"
    return transfer_of_parameters(parameters), is_redirect


def _files(call: Call) -> str:
    return f"{call.vospace.addresses.base(call.request)}/files"


def _job(call: Call, job: str) -> str:
    return f"{call.vospace.addresses.base(call.request)}/vospace/transfers/{job}"


def _see(url: str) -> Response:
    return Response(status_code=303, headers={"Location": url})
