"""/jobs: the caller's jobs in JSON, for pages; the same jobs as those of /tap/async."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import pyarrow.parquet as pq
from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from ...errors import NotFound, UsageError
from ...formats import find_format
from ...ivoa.parameters import Parameters
from ...web.json_bodies import read_json
from ...web.multipart import stored_name
from ...web.problems import PROBLEM_RESPONSES, prefer_problem
from ...web.requests import address_of, identify
from ...web.streaming import ClientLeft, while_connected
from ...web.tables import Document
from ..jobs import JobRequest
from ..overview import Wanted
from ..query_request import read_format
from ..service import Tap
from .context import Call
from .documentation import QUERY_ANSWER
from .job_documents import JobDocument, JobsDocument, SubmissionDocument, describe_job, describe_jobs
from .job_parts import result_file
from .job_requests import job_filter
from .sync import answer

__all__ = ["ROUTER"]

_READABLE = ("votable", "fits", "csv", "ecsv", "parquet")
_PART = "result"
_BATCH_ROWS = 65_536
_ROWS = {"QUERY": "SELECT * FROM TAP_UPLOAD.result", "LANG": "ADQL", "UPLOAD": f"result,param:{_PART}"}


def _asked(*names: tuple[str, str, str]) -> dict[str, Any]:
    """Describe parameters: their names, types and meanings."""
    return {
        "parameters": [
            {"name": name, "in": "query", "required": False, "schema": {"type": kind}, "description": what}
            for name, kind, what in names
        ]
    }


_LIST = _asked(
    ("PHASE", "string", "Only jobs in this phase; may be given several times."),
    ("TEXT", "string", "Only jobs whose name or query holds this, whatever its capitals."),
    ("BEFORE", "string", "Only jobs made before this moment: `before` of the last answer."),
    ("LAST", "integer", "Jobs at most; 50 if not given."),
    ("VERSION", "string", "What the caller has; with WAIT, the answer comes once there is another."),
    ("WAIT", "integer", "Seconds to wait at most."),
)
_FORMAT = _asked(
    ("RESPONSEFORMAT", "string", "The format of the rows; the result's own if not given."),
    ("MAXREC", "integer", "Rows at most."),
)
_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": SubmissionDocument.model_json_schema(by_alias=True)}},
    }
}

ROUTER = APIRouter(prefix="/jobs", tags=["Jobs"], responses=PROBLEM_RESPONSES)


async def _call(request: Request) -> Call:
    prefer_problem(request)
    tap: Tap = request.app.state.tap
    principal = await identify(request, tap.identity)
    return Call(request, tap, principal, Parameters(request.query_params.multi_items()))


async def _until_sent() -> AsyncIterator[AsyncExitStack]:
    """Keep what a request has been lent until its response has been sent."""
    async with AsyncExitStack() as stack:
        yield stack


_Calling = Annotated[Call, Depends(_call)]
_UntilSent = Annotated[AsyncExitStack, Depends(_until_sent)]


@ROUTER.get("", operation_id="jobs", response_model=JobsDocument, openapi_extra=_LIST)
async def list_own_jobs(call: _Calling) -> Response:
    """List the caller's jobs, newest first; with VERSION and WAIT, once one of them has changed."""
    asked = call.parameters
    wanted = Wanted(job_filter(asked), asked.one("TEXT") or "", asked.integer("LAST", least=1) or 50)
    known, wait_s = asked.one("VERSION"), asked.integer("WAIT") or 0
    showing = call.tap.overview.show(call.principal, wanted, known=known, wait_s=wait_s)
    try:
        return _json(describe_jobs(await while_connected(call.request, showing)))
    except ClientLeft:
        return Response(status_code=499)


@ROUTER.post(
    "", operation_id="submitOwnJob", response_model=JobDocument, status_code=201, openapi_extra=_BODY
)
async def submit_own_job(call: _Calling) -> Response:
    """Run a query as a job, whose result holds as many rows as the site allows."""
    wanted = read_json(await call.request.body(), SubmissionDocument, "query")
    rows = str(call.tap.queries.limits.maximum_rows)
    fmt = find_format(wanted.format).name
    pairs = {"LANG": "ADQL", "QUERY": wanted.query, "RESPONSEFORMAT": fmt, "MAXREC": rows}
    parameters = Parameters([*pairs.items(), *([("RUNID", wanted.name)] if wanted.name else [])])
    request = JobRequest(parameters, {}, run=True, address=address_of(call.request))
    return _json(describe_job(await call.tap.jobs.create(call.principal, request)), 201)


@ROUTER.get("/{job_id}", operation_id="ownJob", response_model=JobDocument)
async def get_own_job(call: _Calling, job_id: str) -> Response:
    """Describe a job, with its whole query."""
    return _json(describe_job(await call.tap.jobs.get(call.principal, job_id)))


@ROUTER.post("/{job_id}/abort", operation_id="abortOwnJob", response_model=JobDocument)
async def abort_own_job(call: _Calling, job_id: str) -> Response:
    """Stop a job; one that has ended is left as it is."""
    await call.tap.jobs.abort(call.principal, job_id)
    return await get_own_job(call, job_id)


@ROUTER.post("/{job_id}/keep", operation_id="keepOwnJob", response_model=JobDocument)
async def keep_own_job(call: _Calling, job_id: str) -> Response:
    """Keep a job and its result as long as the site allows, counted from now."""
    jobs, latest = call.tap.jobs, call.tap.overview.latest_destruction
    if (await jobs.get(call.principal, job_id)).destruction < latest:
        await jobs.set_destruction(call.principal, job_id, latest)
    return await get_own_job(call, job_id)


@ROUTER.delete("/{job_id}", operation_id="deleteOwnJob", status_code=204)
async def delete_own_job(call: _Calling, job_id: str) -> Response:
    """Stop a job and remove it with its result."""
    await call.tap.jobs.delete(call.principal, job_id)
    return Response(status_code=204)


@ROUTER.get(
    "/{job_id}/rows",
    operation_id="rowsOfOwnJob",
    response_class=Response,
    responses=QUERY_ANSWER,
    openapi_extra=_FORMAT,
)
async def rows_of_own_job(call: _Calling, until_sent: _UntilSent, job_id: str) -> Response:
    """Return the rows of a job's result, also in another format; the query is not run again."""
    path, result = await call.tap.jobs.result(call.principal, job_id)
    if not path.is_file():
        raise NotFound("The result of the job has been removed.")
    own = find_format(result.mime).name
    maxrec = call.parameters.integer("MAXREC")
    most = result.rows if maxrec is None else maxrec
    wanted = own if call.parameters.one("RESPONSEFORMAT") is None else read_format(call.parameters).name
    if wanted == own and most >= result.rows:
        return result_file(path, result)
    if not own.startswith(_READABLE):
        raise UsageError(
            f"The rows of this result cannot be had in another form or in part, for it is {own}: "
            "download the file as it is, or run the query again."
        )
    # A download of the file as it is takes none of the few places: it may last for hours.
    folder, _ = await until_sent.enter_async_context(call.tap.uploads.receiving(call.principal))
    source = folder / stored_name(_PART)
    if own == "parquet" and most < result.rows:
        # One row more than wanted says that there are more.
        await asyncio.to_thread(_copy_first, path, source, most + 1)
    else:
        await asyncio.to_thread(source.hardlink_to, path)
    parameters = Parameters([*_ROWS.items(), ("RESPONSEFORMAT", wanted), ("MAXREC", str(most))])
    response = await answer(replace(call, parameters=parameters, folder=folder, files={_PART: path}))
    if result.overflow:
        # The job's own limit cut its result: no form of it is whole.
        response.headers["Astrohub-Job-Status"] = "OVERFLOW"
    return response


def _copy_first(result: Path, target: Path, rows: int) -> None:
    """Write the first rows of a result into a file of their own."""
    with pq.ParquetFile(result) as file, pq.ParquetWriter(target, file.schema_arrow) as first:
        for batch in file.iter_batches(batch_size=min(rows, _BATCH_ROWS)):
            first.write_batch(batch.slice(0, rows))
            rows -= batch.num_rows
            if rows <= 0:
                return


def _json(document: Document, status: int = 200) -> Response:
    content = document.model_dump_json(by_alias=True)
    return Response(content, status, headers={"Cache-Control": "no-store"}, media_type="application/json")
