"""/mydb/tables over HTTP: JSON for tables, bytes for uploads."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import unquote

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from ..errors import RequestTooLarge, UsageError
from ..identity import READ_ARCHIVE, WRITE_ARCHIVE, require_user
from ..ivoa.parameters import Parameters, shortened
from ..models import Principal
from ..table_files import FORMATS
from ..web.problems import PROBLEM_MIME, Problem, prefer_problem
from ..web.requests import identify
from ..web.streaming import ClientLeft, while_connected
from ..web.tables import Document
from .documents import Creation, TableDocument, TableList, describe_table, describe_tables, read_creation
from .names import checked_name
from .service import MyDb

__all__ = ["ROUTER"]

_ERRORS: dict[int | str, dict[str, Any]] = {
    "default": {"description": "What went wrong.", "model": Problem, "content": {PROBLEM_MIME: {}}}
}
_LONGEST_FILE_NAME = 255
_UPLOAD = {
    "parameters": [
        {
            "name": "format",
            "in": "query",
            "required": True,
            "schema": {"type": "string", "enum": list(FORMATS)},
        },
        {"name": "replace", "in": "query", "schema": {"type": "boolean", "default": False}},
        {
            "name": "file",
            "in": "query",
            "description": "Name of the file, kept as the table's provenance.",
            "schema": {"type": "string"},
        },
    ],
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    },
}

ROUTER = APIRouter(prefix="/mydb/tables", tags=["MyDB"], responses=_ERRORS)


@dataclass(frozen=True)
class Call:
    """One request to MyDB, identified."""

    request: Request
    mydb: MyDb
    principal: Principal

    def reader(self) -> str:
        """Return the name of a caller who may read."""
        return require_user(self.principal, READ_ARCHIVE)

    def writer(self) -> str:
        """Return the name of a caller who may write."""
        return require_user(self.principal, WRITE_ARCHIVE)


async def _call(request: Request) -> Call:
    prefer_problem(request)
    mydb: MyDb = request.app.state.mydb
    return Call(request, mydb, await identify(request, mydb.identity))


Calling = Annotated[Call, Depends(_call)]


@ROUTER.get("", operation_id="listOwnTables", response_model=TableList)
async def list_tables(call: Calling) -> Response:
    """List the caller's tables, and how much room there is."""
    entries, used = await asyncio.to_thread(call.mydb.listed, call.reader())
    return _json(describe_tables(entries, used, call.mydb.options.quota_bytes))


@ROUTER.post(
    "",
    operation_id="createOwnTable",
    response_model=TableDocument,
    status_code=201,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": Creation.model_json_schema(by_alias=True)}},
        }
    },
)
async def create_table(call: Calling) -> Response:
    """Make a table of the rows of a query."""
    owner = call.writer()
    wanted = read_creation(await call.request.body())
    name = checked_name(wanted.name)
    making = call.mydb.makers.from_query(call.principal, owner, name, wanted.query, replace=wanted.replace)
    try:
        entry = await while_connected(call.request, making)
    except ClientLeft:
        return Response(status_code=499)
    return _json(describe_table(entry), 201)


@ROUTER.get("/{name}", operation_id="ownTable", response_model=TableDocument)
async def get_table(call: Calling, name: str) -> Response:
    """Describe one table."""
    entry = await asyncio.to_thread(call.mydb.store.get, call.reader(), checked_name(name))
    return _json(describe_table(entry))


@ROUTER.put(
    "/{name}",
    operation_id="uploadOwnTable",
    response_model=TableDocument,
    status_code=201,
    openapi_extra=_UPLOAD,
)
async def upload_table(call: Calling, name: str) -> Response:
    """Make a table of an uploaded file."""
    owner = call.writer()
    parameters = Parameters(call.request.query_params.multi_items())
    bare = checked_name(name)
    form = (parameters.one("FORMAT") or "").lower()
    _check_length(call)
    entry = await call.mydb.makers.from_file(
        owner,
        bare,
        call.request.stream(),
        form=form,
        file=_file_name(parameters, bare, form),
        replace=_flag(parameters, "REPLACE"),
    )
    return _json(describe_table(entry), 201)


@ROUTER.delete("/{name}", operation_id="dropOwnTable", status_code=204)
async def drop_table(call: Calling, name: str) -> Response:
    """Take a table away; it can be restored for a while."""
    await asyncio.to_thread(call.mydb.drop, call.writer(), checked_name(name))
    return Response(status_code=204)


@ROUTER.post("/{name}/restore", operation_id="restoreOwnTable", response_model=TableDocument)
async def restore_table(call: Calling, name: str) -> Response:
    """Bring back the table of a name that was dropped last."""
    entry = await asyncio.to_thread(call.mydb.store.restore, call.writer(), checked_name(name))
    return _json(describe_table(entry))


def _check_length(call: Call) -> None:
    """Refuse at once what says itself that it is too long; a client that asked first has sent nothing."""
    announced = call.request.headers.get("content-length", "")
    most = call.mydb.options.upload_bytes
    if announced.isdigit() and int(announced) > most and "expect" in call.request.headers:
        raise RequestTooLarge(f"The file is longer than the {most:,} bytes that one upload may have.")


def _file_name(parameters: Parameters, name: str, form: str) -> str:
    said = unquote(parameters.one("FILE") or "").replace("\\", "/").rpartition("/")[2].strip()
    kept = "".join(character for character in said if character.isprintable())[:_LONGEST_FILE_NAME]
    return kept or f"{name}.{form}"


def _flag(parameters: Parameters, name: str) -> bool:
    said = (parameters.one(name) or "false").lower()
    if said not in ("true", "false", "1", "0"):
        raise UsageError(f"{name.lower()} must be true or false, not {shortened(said)!r}.")
    return said in ("true", "1")


def _json(document: Document, status: int = 200) -> Response:
    return Response(document.model_dump_json(by_alias=True), status, media_type="application/json")
