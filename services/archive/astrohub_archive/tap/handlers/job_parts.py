"""/tap/async/{job}/…: the parts of a job that can be read and changed by themselves (UWS 1.1, §2.2.2)."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter
from starlette.responses import FileResponse, Response

from ...errors import NotFound, UsageError
from ...ivoa.errors import VOTABLE_MIME, error_document
from ...ivoa.times import timestamp
from ...ivoa.uws import JobResult
from ...ivoa.uws.documents import parameters_document, results_document
from .context import Calling
from .documentation import ERRORS, redirect_answer, text_answer, xml_answer
from .job_requests import (
    XML,
    change_destruction,
    change_duration,
    change_phase,
    job_of,
    job_url,
    own_parameters,
    see,
    text,
)

__all__ = ["ROUTER", "result_file"]

ROUTER = APIRouter(prefix="/tap/async", tags=["TAP jobs"], default_response_class=Response, responses=ERRORS)


@ROUTER.get("/{job_id}/phase", operation_id="jobPhase", responses=text_answer("The phase"))
async def get_phase(call: Calling, job_id: str) -> Response:
    """Return the phase of a job."""
    return text((await job_of(call, job_id)).phase.value)


@ROUTER.post(
    "/{job_id}/phase", operation_id="changeJobPhase", status_code=303, responses=redirect_answer("the job")
)
async def post_phase(call: Calling, job_id: str) -> Response:
    """Start a job (PHASE=RUN) or stop it (PHASE=ABORT)."""
    await change_phase(call, job_id)
    return see(job_url(call, job_id))


@ROUTER.get("/{job_id}/executionduration", operation_id="jobDuration", responses=text_answer("Seconds"))
async def get_duration(call: Calling, job_id: str) -> Response:
    """Return the seconds that a job may run."""
    return text(str((await job_of(call, job_id)).execution_duration_s))


@ROUTER.post(
    "/{job_id}/executionduration",
    operation_id="changeJobDuration",
    status_code=303,
    responses=redirect_answer("the job"),
)
async def post_duration(call: Calling, job_id: str) -> Response:
    """Set the seconds that a job may run."""
    if not await change_duration(call, job_id):
        raise UsageError("EXECUTIONDURATION is missing; give it a number of seconds.")
    return see(job_url(call, job_id))


@ROUTER.get("/{job_id}/destruction", operation_id="jobDestruction", responses=text_answer("A time"))
async def get_destruction(call: Calling, job_id: str) -> Response:
    """Return when a job is removed."""
    return text(timestamp((await job_of(call, job_id)).destruction))


@ROUTER.post(
    "/{job_id}/destruction",
    operation_id="changeJobDestruction",
    status_code=303,
    responses=redirect_answer("the job"),
)
async def post_destruction(call: Calling, job_id: str) -> Response:
    """Set when a job is removed."""
    if not await change_destruction(call, job_id):
        raise UsageError("DESTRUCTION is missing; give it a time such as 2026-01-31T12:00:00Z.")
    return see(job_url(call, job_id))


@ROUTER.get("/{job_id}/quote", operation_id="jobQuote", responses=text_answer("Nothing: no estimate is made"))
async def get_quote(call: Calling, job_id: str) -> Response:
    """Return nothing: how long a job will take is not estimated."""
    await job_of(call, job_id)
    return text("")


@ROUTER.get("/{job_id}/owner", operation_id="jobOwner", responses=text_answer("A user's name"))
async def get_owner(call: Calling, job_id: str) -> Response:
    """Return whose a job is."""
    return text((await job_of(call, job_id)).owner or "")


@ROUTER.get("/{job_id}/error", operation_id="jobError", responses=xml_answer("VOTable error document"))
async def get_error(call: Calling, job_id: str) -> Response:
    """Return why a job failed."""
    job = await job_of(call, job_id)
    if job.error is None:
        raise NotFound(f"The job has not failed; its phase is {job.phase.value}.")
    return Response(error_document(job.error, job.error_slug), media_type=VOTABLE_MIME)


@ROUTER.get("/{job_id}/parameters", operation_id="jobParameters", responses=xml_answer("UWS parameters"))
async def get_parameters(call: Calling, job_id: str) -> Response:
    """Return the parameters of a job."""
    return Response(parameters_document(await job_of(call, job_id)), media_type=XML)


@ROUTER.post(
    "/{job_id}/parameters",
    operation_id="changeJobParameters",
    status_code=303,
    responses=redirect_answer("the job"),
)
async def post_parameters(call: Calling, job_id: str) -> Response:
    """Add or replace parameters of a job that has not been started."""
    await call.tap.jobs.set_parameters(call.principal, job_id, own_parameters(call.parameters), call.files)
    return see(job_url(call, job_id))


@ROUTER.get("/{job_id}/results", operation_id="jobResults", responses=xml_answer("UWS results"))
async def get_results(call: Calling, job_id: str) -> Response:
    """List the results of a job."""
    return Response(results_document(await job_of(call, job_id), job_url(call, job_id)), media_type=XML)


@ROUTER.get("/{job_id}/results/result", operation_id="jobResult")
async def get_result(call: Calling, job_id: str) -> Response:
    """Return the result of a job."""
    path, result = await call.tap.jobs.result(call.principal, job_id)
    if not path.is_file():
        raise NotFound("The result of the job has been removed.")
    return result_file(path, result)


def result_file(path: Path, result: JobResult) -> Response:
    """Answer with the file that a job has left."""
    status = "OVERFLOW" if result.overflow else "OK"
    headers = {"Astrohub-Status": status, "Astrohub-Rows": str(result.rows)}
    return FileResponse(path, media_type=result.mime, filename=path.name, headers=headers)
