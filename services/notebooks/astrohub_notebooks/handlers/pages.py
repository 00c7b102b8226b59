"""What is published and how it stands: a page, the same as JSON, and the service's health."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ..factory import Parts
from ..models import Status
from ..standing import standings
from ..storage.history import entry_as_dict
from .figures import breakable, date, duration, memory, moment

__all__ = ["pages_router"]


def pages_router(parts: Parts) -> APIRouter:
    """Make the routes for readers."""
    router = APIRouter()
    folder = Path(str(resources.files(__package__)))
    environment = Environment(loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined)
    words = (breakable, date, duration, memory, moment)
    environment.filters |= {word.__name__: word for word in words}
    template = environment.get_template("page.html.j2")

    @router.get("/", summary="The collection as a page", response_class=HTMLResponse)
    def page() -> str:
        """Show how the notebooks stand, what is published and what was refused."""
        runs, faults = parts.results.read()
        known = standings(runs, parts.publisher.notebooks())
        return template.render(
            status=parts.publisher.status(),
            entries=parts.publisher.entries(),
            runs=runs,
            faults=faults,
            standings=known,
            failing=[standing for standing in known if standing.failing_since],
            prefix=parts.settings.prefix,
        )

    @router.get("/versions", summary="The versions as JSON")
    def versions() -> dict[str, Any]:
        """List what was published or refused, newest first."""
        entries = [entry_as_dict(entry) for entry in parts.publisher.entries()]
        return {**_status(parts.publisher.status()), "versions": entries}

    @router.get("/health", summary="Whether the service answers, and whether its source does")
    def health() -> dict[str, Any]:
        """Say that the process answers; a source that fails is told, not an error of ours."""
        status = parts.publisher.status()
        return {"status": "failing" if status.problem else "ok", **_status(status)}

    return router


def _status(status: Status) -> dict[str, Any]:
    problem = status.problem
    return {
        "current": status.current,
        "looked": status.looked.isoformat(timespec="seconds") if status.looked else None,
        "problem": {"since": problem.since.isoformat(timespec="seconds"), "message": problem.message}
        if problem
        else None,
    }
