"""/tap/table-update: indexing a table as a job (UWS 1.1, §2.2), as youcat has it."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from ..errors import NotFound, UsageError
from ..ivoa.errors import VOTABLE_MIME, error_document
from ..ivoa.parameters import Parameters, shortened
from ..ivoa.uws.documents import job_document
from ..web.requests import read_parameters
from ..web.streaming import ClientLeft, while_connected
from .calls import Calling, UserTablesCall
from .jobs import RESULT_MIME

__all__ = ["ROUTER"]

_XML = "text/xml"
_SEE: dict[int | str, dict[str, Any]] = {
    303: {"description": "See the job.", "headers": {"Location": {"schema": {"type": "string"}}}}
}
_FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "application/x-www-form-urlencoded": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "TABLE": {"type": "string", "description": "The table."},
                        "INDEX": {"type": "string", "description": "The column by which it is indexed."},
                        "UNIQUE": {"type": "string", "enum": ["true", "false"]},
                        "PHASE": {"type": "string", "enum": ["RUN"]},
                    },
                    "required": ["TABLE", "INDEX"],
                }
            }
        },
    }
}

ROUTER = APIRouter(prefix="/tap/table-update", tags=["User tables"], default_response_class=Response)


@ROUTER.post("", operation_id="updateTable", status_code=303, responses=_SEE, openapi_extra=_FORM)
async def create_job(call: Calling) -> Response:
    """Make a job that indexes a table; with PHASE=RUN it is queued at once."""
    owner = call.writer()
    parameters = await read_parameters(call.request)
    call.own_name(parameters.one("TABLE") or "")
    own = Parameters(pair for pair in parameters if pair[0] in ("TABLE", "INDEX", "UNIQUE"))
    job = await call.tables.jobs.create(owner, own)
    if "PHASE" in parameters:
        await _change_phase(call, owner, job.job_id, parameters)
    return _see(call, job.job_id)


@ROUTER.get("/{job_id}", operation_id="tableUpdate", responses={200: {"content": {_XML: {}}}})
async def get_job(call: Calling, job_id: str) -> Response:
    """Describe a job; with WAIT, once it has changed its phase."""
    owner = call.reader()
    wait = (await read_parameters(call.request)).integer("WAIT", least=-1)
    jobs = call.tables.jobs
    try:
        job = await (
            jobs.get(owner, job_id)
            if wait is None
            else while_connected(call.request, jobs.wait(owner, job_id, seconds=wait))
        )
    except ClientLeft:
        return Response(status_code=499)
    return Response(job_document(job, f"{call.jobs_url}/{job_id}"), media_type=_XML)


@ROUTER.get("/{job_id}/phase", operation_id="tableUpdatePhase")
async def get_phase(call: Calling, job_id: str) -> Response:
    """Return the phase of a job."""
    job = await call.tables.jobs.get(call.reader(), job_id)
    return Response(job.phase.value, media_type="text/plain")


@ROUTER.post("/{job_id}/phase", operation_id="changeTableUpdatePhase", status_code=303, responses=_SEE)
async def post_phase(call: Calling, job_id: str) -> Response:
    """Start a job (PHASE=RUN) or stop it (PHASE=ABORT)."""
    await _change_phase(call, call.writer(), job_id, await read_parameters(call.request))
    return _see(call, job_id)


@ROUTER.get(
    "/{job_id}/error", operation_id="tableUpdateError", responses={200: {"content": {VOTABLE_MIME: {}}}}
)
async def get_error(call: Calling, job_id: str) -> Response:
    """Return why a job failed."""
    job = await call.tables.jobs.get(call.reader(), job_id)
    if job.error is None:
        raise NotFound(f"The job has not failed; its phase is {job.phase.value}.")
    return Response(error_document(job.error, job.error_slug), media_type=VOTABLE_MIME)


@ROUTER.get("/{job_id}/results/result", operation_id="tableUpdateResult")
async def get_result(call: Calling, job_id: str) -> Response:
    """Return the description of the table that was indexed."""
    return Response(await call.tables.jobs.result(call.reader(), job_id), media_type=RESULT_MIME)


@ROUTER.delete("/{job_id}", operation_id="deleteTableUpdate", status_code=204)
async def delete_job(call: Calling, job_id: str) -> Response:
    """Stop a job and forget it; what it has done to the table stays."""
    await call.tables.jobs.delete(call.writer(), job_id)
    return Response(status_code=204)


async def _change_phase(call: UserTablesCall, owner: str, job_id: str, parameters: Parameters) -> None:
    phase = (parameters.one("PHASE") or "").upper()
    if phase == "RUN":
        await call.tables.jobs.run(owner, job_id)
    elif phase == "ABORT":
        await call.tables.jobs.abort(owner, job_id)
    else:
        raise UsageError(f"PHASE must be RUN or ABORT, not {shortened(phase)!r}.")


def _see(call: UserTablesCall, job_id: str) -> Response:
    return RedirectResponse(f"{call.jobs_url}/{job_id}", status_code=303)
