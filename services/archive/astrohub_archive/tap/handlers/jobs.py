"""/tap/async and /tap/async/{job}: jobs (TAP 1.1, §2.2; UWS 1.1, §2.2)."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter
from starlette.responses import Response

from ...errors import UsageError
from ...ivoa.parameters import shortened
from ...ivoa.uws.documents import job_document, job_list_document
from ...web.requests import address_of
from ...web.streaming import ClientLeft, while_connected
from ..jobs import JobRequest
from .context import Calling
from .documentation import ERRORS, JOB_FORM, redirect_answer, xml_answer
from .job_requests import (
    XML,
    change_destruction,
    change_duration,
    change_phase,
    client_key,
    job_filter,
    job_url,
    list_url,
    next_page_url,
    own_parameters,
    phase_named,
    see,
    wants_run,
)

__all__ = ["ROUTER"]

ROUTER = APIRouter(prefix="/tap/async", tags=["TAP jobs"], default_response_class=Response, responses=ERRORS)


@ROUTER.get("", operation_id="listJobs", responses=xml_answer("UWS job list"))
async def list_jobs(call: Calling) -> Response:
    """List the caller's jobs, newest first; where there are more, Link names the next page."""
    page = await call.tap.jobs.listed(
        call.principal, job_filter(call.parameters), call.parameters.integer("LAST", least=1)
    )
    headers = {"Link": f'<{next_page_url(call, page)}>; rel="next"'} if page.is_cut else {}
    content = await asyncio.to_thread(job_list_document, page.jobs, list_url(call))
    return Response(content, media_type=XML, headers=headers)


@ROUTER.post(
    "",
    operation_id="createJob",
    status_code=303,
    responses=redirect_answer("the job"),
    openapi_extra={"requestBody": JOB_FORM},
)
async def create_job(call: Calling) -> Response:
    """Make a job; with PHASE=RUN it is queued at once."""
    job = await call.tap.jobs.create(
        call.principal,
        JobRequest(
            own_parameters(call.parameters),
            call.files,
            run=wants_run(call.parameters),
            address=address_of(call.request),
            client_key=client_key(call),
        ),
    )
    call.request.state.job = job.job_id if job.owner else "(anonymous)"
    return see(job_url(call, job.job_id))


@ROUTER.get("/{job_id}", operation_id="job", responses=xml_answer("UWS job"))
async def get_job(call: Calling, job_id: str) -> Response:
    """Describe a job; with WAIT, once it has changed its phase."""
    wait = call.parameters.integer("WAIT", least=-1)
    if wait is None:
        job = await call.tap.jobs.get(call.principal, job_id)
    else:
        believed = call.parameters.one("PHASE")
        waiting = call.tap.jobs.wait(
            call.principal, job_id, phase=None if believed is None else phase_named(believed), seconds=wait
        )
        try:
            job = await while_connected(call.request, waiting)
        except ClientLeft:
            return Response(status_code=499)
    return Response(job_document(job, job_url(call, job_id)), media_type=XML)


@ROUTER.post("/{job_id}", operation_id="changeJob", status_code=303, responses=redirect_answer("the job"))
async def change_job(call: Calling, job_id: str) -> Response:
    """Change a job: ACTION=DELETE, PHASE, EXECUTIONDURATION, DESTRUCTION, or parameters of the query."""
    action = call.parameters.one("ACTION")
    if action is not None:
        if action.upper() != "DELETE":
            raise UsageError(f"ACTION must be DELETE, not {shortened(action)!r}.")
        return await delete_job(call, job_id)
    await change_duration(call, job_id)
    await change_destruction(call, job_id)
    own = own_parameters(call.parameters)
    if tuple(own):
        await call.tap.jobs.set_parameters(call.principal, job_id, own, call.files)
    if "PHASE" in call.parameters:
        await change_phase(call, job_id)
    return see(job_url(call, job_id))


@ROUTER.delete(
    "/{job_id}", operation_id="deleteJob", status_code=303, responses=redirect_answer("the job list")
)
async def delete_job(call: Calling, job_id: str) -> Response:
    """Stop a job and remove it with its result."""
    await call.tap.jobs.delete(call.principal, job_id)
    # Clients follow the redirection; a short list is quickly read and thrown away.
    return see(f"{list_url(call)}?LAST=10")
