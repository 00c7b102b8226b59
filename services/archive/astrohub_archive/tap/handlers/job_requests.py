"""What requests about jobs have in common: what is asked of a job, and where the client is sent next."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from ...errors import UsageError
from ...ivoa.parameters import Parameters, shortened
from ...ivoa.times import parse_timestamp
from ...ivoa.uws import Job, JobFilter, JobPage, Phase
from .context import Call

__all__ = [
    "XML",
    "change_destruction",
    "change_duration",
    "change_phase",
    "client_key",
    "job_filter",
    "job_of",
    "job_url",
    "list_url",
    "next_page_url",
    "own_parameters",
    "phase_named",
    "see",
    "text",
    "wants_run",
]

XML = "text/xml"
# These steer the job; everything else belongs to the query and is kept with it.
_KEY, _KEY_HEADER = "IDEMPOTENCYKEY", "Idempotency-Key"
_STEERING = frozenset({"ACTION", "DESTRUCTION", "EXECUTIONDURATION", "PHASE", "WAIT", _KEY})
# UWS 1.1, §2.1.3, knows phases in which no job of ours ever is: whoever asks for them finds none.
_NEVER_OURS = frozenset({"ARCHIVED", "HELD", "SUSPENDED", "UNKNOWN"})


def own_parameters(parameters: Parameters) -> Parameters:
    """Return the parameters that belong to the query itself."""
    return Parameters(pair for pair in parameters if pair[0] not in _STEERING)


def phase_named(name: str) -> Phase:
    """Return the phase of a name.

    Raises
    ------
    UsageError
        When there is no such phase.
    """
    try:
        return Phase(name.upper())
    except ValueError:
        raise UsageError(f"PHASE must be one of {', '.join(Phase)}, not {shortened(name)!r}.") from None


def job_filter(parameters: Parameters) -> JobFilter:
    """Return which jobs of a list are wanted (UWS 1.1, §2.2.2.1); BEFORE is of our own, for further pages."""
    names = parameters.all("PHASE")
    ours = frozenset(phase_named(name) for name in names if name.upper() not in _NEVER_OURS)
    moments = {name: parameters.one(name) for name in ("AFTER", "BEFORE")}
    after, before = (
        None if moment is None else parse_timestamp(moment, name=name) for name, moment in moments.items()
    )
    return JobFilter(ours if names else None, after, before)


def next_page_url(call: Call, page: JobPage) -> str:
    """Return the address of the page of older jobs, with all that was asked for."""
    kept = [pair for pair in call.parameters if pair[0] != "BEFORE"]
    before = page.jobs[-1].created.isoformat()
    return f"{list_url(call)}?{urlencode([*kept, ('BEFORE', before)])}"


def client_key(call: Call) -> str | None:
    """Return the caller's own word for a submission, from the header or the parameter.

    Raises
    ------
    UsageError
        When they differ.
    """
    values = {call.parameters.one(_KEY), call.request.headers.get(_KEY_HEADER) or None} - {None}
    if len(values) > 1:
        raise UsageError(f"{_KEY} and the header {_KEY_HEADER} differ; send one of them.")
    return values.pop() if values else None


def wants_run(parameters: Parameters) -> bool:
    """Say whether PHASE asks to run a job (rather than to abort it); without PHASE it does not.

    Raises
    ------
    UsageError
        When PHASE is neither RUN nor ABORT.
    """
    phase = parameters.one("PHASE")
    if phase is not None and phase.upper() not in ("RUN", "ABORT"):
        raise UsageError(f"PHASE must be RUN or ABORT, not {shortened(phase)!r}.")
    return phase is not None and phase.upper() == "RUN"


async def job_of(call: Call, job_id: str) -> Job:
    """Return the job that a request is about."""
    return await call.tap.jobs.get(call.principal, job_id)


async def change_phase(call: Call, job_id: str) -> None:
    """Run or abort a job, as PHASE says."""
    if "PHASE" not in call.parameters:
        raise UsageError("PHASE is missing; give it the value RUN or ABORT.")
    if wants_run(call.parameters):
        await call.tap.jobs.run(call.principal, job_id)
    else:
        await call.tap.jobs.abort(call.principal, job_id)


async def change_duration(call: Call, job_id: str) -> bool:
    """Set the seconds that a job may run, if EXECUTIONDURATION says some; say whether it does."""
    seconds = call.parameters.integer("EXECUTIONDURATION")
    if seconds is not None:
        await call.tap.jobs.set_execution_duration(call.principal, job_id, seconds)
    return seconds is not None


async def change_destruction(call: Call, job_id: str) -> bool:
    """Set when a job is removed, if DESTRUCTION says a time; say whether it does."""
    moment = call.parameters.one("DESTRUCTION")
    if moment is not None:
        parsed = parse_timestamp(moment, name="DESTRUCTION")
        await call.tap.jobs.set_destruction(call.principal, job_id, parsed)
    return moment is not None


def list_url(call: Call) -> str:
    """Return the address of the job list."""
    return f"{call.tap_url}/async"


def job_url(call: Call, job_id: str) -> str:
    """Return the address of a job."""
    return f"{list_url(call)}/{job_id}"


def see(url: str) -> Response:
    """Send the client on with 303: a full address, which old clients need."""
    return RedirectResponse(url, status_code=303)


def text(content: str) -> Response:
    """Answer with one word or none."""
    return Response(content, media_type="text/plain")
