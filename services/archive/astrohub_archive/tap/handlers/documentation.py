"""What the OpenAPI description says of TAP's parameters and answers."""

from __future__ import annotations

from typing import Any

from ...formats import FORMATS
from ...ivoa.errors import VOTABLE_MIME
from ...web.problems import PROBLEM_MIME, Problem
from ..query_request import LANGUAGES

__all__ = [
    "ERRORS",
    "JOB_FORM",
    "QUERY_ANSWER",
    "QUERY_FORM",
    "QUERY_PARAMETERS",
    "redirect_answer",
    "text_answer",
    "xml_answer",
]

Responses = dict[int | str, dict[str, Any]]

_PROPERTIES: dict[str, dict[str, Any]] = {
    "LANG": {"type": "string", "enum": list(LANGUAGES), "description": "The language of the query."},
    "QUERY": {"type": "string", "description": "The query."},
    "REQUEST": {"type": "string", "enum": ["doQuery"], "description": "Always doQuery; may be left out."},
    "MAXREC": {
        "type": "integer",
        "minimum": 0,
        "description": "Rows at most; 0 asks for the columns only. OVERFLOW says that there are more.",
    },
    "RESPONSEFORMAT": {
        "type": "string",
        "description": f"{', '.join(known.name for known in FORMATS)}, or a media type.",
    },
    "UPLOAD": {
        "type": "string",
        "description": "Tables that come with the query: a name, a comma, `param:` and the name of a part of "
        "the form that holds a VOTable, FITS, Parquet, ECSV or CSV file. The query finds it in TAP_UPLOAD.",
    },
    "RUNID": {"type": "string", "description": "A name of the caller's own for the job."},
}
_DURATION = {
    "type": "integer",
    "minimum": 0,
    "description": "Seconds that the query may run; 0 and too much mean as long as is allowed.",
}
_KEY = {
    "type": "string",
    "maxLength": 255,
    "description": "A key of the caller's own for this request: sent again, the same job is answered, and "
    "409 if the parameters are others. The header Idempotency-Key means the same. Needs a token.",
}
_REQUIRED = ("LANG", "QUERY")
_SYNC_PROPERTIES = {**_PROPERTIES, "EXECUTIONDURATION": _DURATION}


def _form(properties: dict[str, dict[str, Any]], required: tuple[str, ...]) -> dict[str, Any]:
    schema = {"type": "object", "properties": properties, "required": list(required)}
    kinds = ("application/x-www-form-urlencoded", "multipart/form-data")
    return {"content": {kind: {"schema": schema} for kind in kinds}, "required": bool(required)}


QUERY_PARAMETERS = [
    {
        "name": name,
        "in": "query",
        "required": name in _REQUIRED,
        "description": schema["description"],
        "schema": {key: value for key, value in schema.items() if key != "description"},
    }
    for name, schema in _SYNC_PROPERTIES.items()
]
QUERY_FORM = _form(_SYNC_PROPERTIES, _REQUIRED)
JOB_FORM = _form(
    {
        **_PROPERTIES,
        "PHASE": {"type": "string", "enum": ["RUN"], "description": "RUN queues the job at once."},
        "IDEMPOTENCYKEY": _KEY,
    },
    (),
)
QUERY_ANSWER: Responses = {
    200: {
        "description": "The rows, in the format that was asked for.",
        "headers": {
            "Astrohub-Maxrec": {
                "description": "Rows in the answer at most; one that has as many may have been cut.",
                "schema": {"type": "integer"},
            },
            "Astrohub-Status": {
                "description": "OK or OVERFLOW, when the whole answer was there before it was sent.",
                "schema": {"type": "string", "enum": ["OK", "OVERFLOW"]},
            },
            "Astrohub-Rows": {
                "description": "Rows in the answer, together with Astrohub-Status.",
                "schema": {"type": "integer"},
            },
        },
        "content": {known.mime: {} for known in FORMATS},
    }
}
ERRORS: Responses = {
    "default": {
        "description": "What went wrong: problem+json if that or Arrow was asked for, else a VOTable.",
        "model": Problem,
        "content": {PROBLEM_MIME: {}, VOTABLE_MIME: {}},
    }
}


def xml_answer(what: str) -> Responses:
    """Describe an answer that is an XML document."""
    return {200: {"description": f"{what}.", "content": {"text/xml": {}}}}


def text_answer(what: str) -> Responses:
    """Describe an answer of one word."""
    return {200: {"description": f"{what}.", "content": {"text/plain": {}}}}


def redirect_answer(where: str) -> Responses:
    """Describe an answer that sends the client on."""
    return {303: {"description": f"See {where}.", "headers": {"Location": {"schema": {"type": "string"}}}}}
