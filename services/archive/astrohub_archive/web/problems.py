"""Errors over HTTP: a VOTable for clients of the Virtual Observatory, problem+json for those that ask."""

from __future__ import annotations

from typing import Any

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from ..errors import ArchiveError, BusyError, CredentialsRequired, InvalidToken, NotFound, UsageError
from ..incidents import report_fault
from ..ivoa.errors import VOTABLE_MIME, error_document
from .methods import known_methods
from .route import route_of

__all__ = ["PROBLEM_MIME", "PROBLEM_RESPONSES", "Problem", "answer_failure", "prefer_problem"]

PROBLEM_MIME = "application/problem+json"
_TITLES = {
    400: "The request cannot be answered",
    401: "Credentials are needed",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    413: "The request is too large",
    507: "No room left",
    503: "Not available now",
}


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, populate_by_name=True, frozen=True)


class ProblemPosition(_Model):
    """Where in a query's text the fault stands; lines and columns count from 1."""

    line: int
    column: int
    end_column: int


class Problem(_Model):
    """What went wrong (RFC 9457), with a place in the query and a suggestion where there is one."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str = Field(description="The sentence for the user.")
    slug: str = Field(description="A fixed word for the kind of error.")
    position: ProblemPosition | None = None
    suggestion: str | None = Field(None, description="What to write at the position instead.")


PROBLEM_RESPONSES: dict[int | str, dict[str, Any]] = {
    "default": {"description": "What went wrong.", "model": Problem, "content": {PROBLEM_MIME: {}}}
}
"""What the OpenAPI document says of every failure that is told as JSON."""


def prefer_problem(request: Request) -> None:
    """Remember that errors of this request are wanted as problem+json."""
    request.state.prefers_problem = True


async def answer_failure(request: Request, failure: Exception) -> Response:
    """Turn whatever a handler has raised into the response that says so in one sentence."""
    if isinstance(failure, ArchiveError):
        return _response(request, failure)
    if isinstance(failure, RequestValidationError):
        return _response(request, _from_parameters(failure))
    if isinstance(failure, HTTPException):
        response = _response(request, _from_framework(request, failure))
        response.headers.update(failure.headers or {})
        if failure.status_code == 405:
            response.headers["Allow"] = ", ".join(known_methods(request.app.routes, request.scope))
        return response
    return _response(request, report_fault(failure, "a request failed", route=route_of(request.scope)))


def _from_parameters(failure: RequestValidationError) -> ArchiveError:
    fault = failure.errors()[0]
    return UsageError(f"The parameter {fault['loc'][-1]} does not fit: {fault['msg']}.")


def _from_framework(request: Request, failure: HTTPException) -> ArchiveError:
    if failure.status_code == 404:
        return NotFound("There is nothing at this address.")
    if failure.status_code == 405:
        error = UsageError(f"{request.method} is not possible at this address.")
        error.status = 405
        return error
    return UsageError(f"The request cannot be read: {failure.detail}")


def _response(request: Request, error: ArchiveError) -> Response:
    request.state.refusal = error.slug
    if getattr(request.state, "prefers_problem", False) or PROBLEM_MIME in request.headers.get("accept", ""):
        response = Response(_problem(error), error.status, media_type=PROBLEM_MIME)
    else:
        response = Response(error_document(error.message, error.slug), error.status, media_type=VOTABLE_MIME)
    if isinstance(error, BusyError):
        response.headers["Retry-After"] = str(error.retry_after_s)
    if isinstance(error, CredentialsRequired):
        fault = ', error="invalid_token"' if isinstance(error, InvalidToken) else ""
        response.headers.append("WWW-Authenticate", 'Basic realm="astrohub", charset="UTF-8"')
        response.headers.append("WWW-Authenticate", f'Bearer realm="astrohub"{fault}')
    return response


def _problem(error: ArchiveError) -> str:
    position = error.position
    return Problem(
        title=_TITLES.get(error.status, "The archive failed"),
        status=error.status,
        detail=error.message,
        slug=error.slug,
        position=position
        and ProblemPosition(line=position.line, column=position.column, end_column=position.end_column),
        suggestion=error.suggestion,
    ).model_dump_json(by_alias=True, exclude_none=True)
