"""What requests about jobs have in common: what is asked of a job, and where the client is sent next."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from ...errors import UsageError
from ...ivoa.parameters import Parameters, shortened
from ...ivoa.times import parse_timestamp
from ...ivoa.uws import Job, Phase
from .context import Call

__all__ = [
    "XML",
    "change_destruction",
    "change_duration",
    "change_phase",
    "job_of",
    "job_url",
    "list_url",
    "own_parameters",
    "phase_named",
    "see",
    "text",
    "wants_run",
]

XML = "text/xml"
# These steer the job; everything else belongs to the query and is kept with it.
_STEERING = frozenset({"ACTION", "DESTRUCTION", "EXECUTIONDURATION", "PHASE", "WAIT"})


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
