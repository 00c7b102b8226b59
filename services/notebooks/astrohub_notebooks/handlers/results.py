"""What the notebook tester reported: as JSON, and a run's own page behind a sandbox."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import FileResponse, JSONResponse

from ..factory import Parts
from ..models import Run, Standing
from ..standing import standings

__all__ = ["results_router"]

#: A report shows what notebooks printed: it gets no origin, no scripts and nothing from elsewhere.
_SANDBOX = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)


def results_router(parts: Parts) -> APIRouter:
    """Make the routes for the tester's results."""
    router = APIRouter()

    @router.get("/results", summary="How each notebook stands, as JSON")
    def results() -> dict[str, Any]:
        """List the runs, newest first, and how each notebook stands."""
        runs, faults = parts.results.read()
        known = standings(runs, parts.publisher.notebooks())
        return {
            "runs": [_run(run) for run in runs],
            "notebooks": [_standing(standing) for standing in known],
            "faults": faults,
        }

    @router.get("/results/{name}", summary="The page of a run")
    def page(name: str) -> Response:
        """Give the tester's own page of a run."""
        file = parts.results.page(name)
        if file is None:
            return JSONResponse({"detail": "There is no report of that name."}, status_code=404)
        headers = {"Content-Security-Policy": _SANDBOX, "Content-Disposition": "inline"}
        return FileResponse(file, media_type="text/html; charset=utf-8", headers=headers)

    return router


def _run(run: Run) -> dict[str, Any]:
    return {
        "name": run.name,
        "started": run.started.isoformat(timespec="seconds"),
        "wallS": run.wall_s,
        "wasStopped": run.was_stopped,
        "page": run.page,
    }


def _standing(standing: Standing) -> dict[str, Any]:
    last, run, since = standing.last, standing.run, standing.failing_since
    return {
        "path": standing.path,
        "outcome": last.outcome.value if last else None,
        "cause": last.cause if last else "",
        "tested": run.started.isoformat(timespec="seconds") if run else None,
        "failingSince": since.isoformat(timespec="seconds") if since else None,
        "wallS": last.wall_s if last else None,
        "peakMemoryBytes": last.peak_memory_bytes if last else None,
        "run": run.name if run else None,
        "isPublished": standing.is_published,
    }
