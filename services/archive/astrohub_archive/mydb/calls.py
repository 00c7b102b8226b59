"""What every handler of MyDB begins with: who asks, what is uploaded, how an answer is written."""

from __future__ import annotations

from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import unquote

from fastapi import Depends
from starlette.requests import Request
from starlette.responses import Response

from ..errors import RequestTooLarge, UsageError
from ..identity import READ_ARCHIVE, WRITE_ARCHIVE, require_user
from ..ivoa.parameters import Parameters, shortened
from ..models import Principal
from ..table_files import FORMATS, KINDS
from ..web.problems import prefer_problem
from ..web.requests import identify
from ..web.streaming import ClientLeft, while_connected
from ..web.tables import Document
from .documents import describe_table
from .entry import Entry
from .receiving import Incoming, Upload
from .service import MyDb

__all__ = ["UPLOAD", "Calling", "MyDbCall", "answered", "as_json", "json_body"]

_LONGEST_FILE_NAME = 255
_UPLOAD_PARAMETERS: list[dict[str, Any]] = [
    {"name": "format", "in": "query", "required": True, "schema": {"type": "string", "enum": list(FORMATS)}},
    {
        "name": "type",
        "in": "query",
        "description": "A column and its type, such as `id:char`, where the type is not to be guessed; "
        f"types are {', '.join(KINDS)}. It may be given for several columns.",
        "schema": {"type": "array", "items": {"type": "string"}},
    },
    {
        "name": "file",
        "in": "query",
        "description": "Name of the file, kept as the table's provenance.",
        "schema": {"type": "string"},
    },
]
UPLOAD: dict[str, Any] = {
    "parameters": _UPLOAD_PARAMETERS,
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    },
}


@dataclass(frozen=True)
class MyDbCall:
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

    @property
    def parameters(self) -> Parameters:
        """Return the parameters of the address."""
        return Parameters(self.request.query_params.multi_items())

    def upload(self, name: str) -> Upload:
        """Return the file that comes with the request.

        Raises
        ------
        UsageError
            When the parameters do not fit.
        RequestTooLarge
            When it says itself that it is too long, to a client that asked first and has sent nothing.
        """
        parameters = self.parameters
        form = (parameters.one("FORMAT") or "").lower()
        length = self.announced_bytes()
        asks_first = "expect" in self.request.headers
        chunks = Incoming(self.request.stream(), asks_first=asks_first)
        return Upload(chunks, form, _file_name(parameters, name, form), length, _kinds(parameters))

    def announced_bytes(self) -> int | None:
        """Return how long the body will be, if it says so."""
        announced = self.request.headers.get("content-length", "")
        length = int(announced) if announced.isdigit() else None
        most = self.mydb.options.upload_bytes
        if length is not None and length > most and "expect" in self.request.headers:
            raise RequestTooLarge(f"The file is longer than the {most:,} bytes that one upload may have.")
        return length

    def flag(self, name: str) -> bool:
        """Return a parameter that is true or false.

        Raises
        ------
        UsageError
            When it is neither.
        """
        said = (self.parameters.one(name.upper()) or "false").lower()
        if said not in ("true", "false", "1", "0"):
            raise UsageError(f"{name} must be true or false, not {shortened(said)!r}.")
        return said in ("true", "1")


async def _call(request: Request) -> MyDbCall:
    prefer_problem(request)
    mydb: MyDb = request.app.state.mydb
    return MyDbCall(request, mydb, await identify(request, mydb.identity))


Calling = Annotated[MyDbCall, Depends(_call)]


async def answered(call: MyDbCall, making: Coroutine[None, None, Entry], status: int = 200) -> Response:
    """Answer with a table that is being made, as long as the client waits for it."""
    try:
        entry = await while_connected(call.request, making)
    except ClientLeft:
        return Response(status_code=499)
    return as_json(describe_table(entry), status)


def as_json(document: Document, status: int = 200) -> Response:
    """Answer with a document."""
    return Response(document.model_dump_json(by_alias=True), status, media_type="application/json")


def json_body(document: type[Document], *, required: bool = True) -> dict[str, Any]:
    """Say in the OpenAPI description what the body of a request is."""
    schema = document.model_json_schema(by_alias=True)
    return {"requestBody": {"required": required, "content": {"application/json": {"schema": schema}}}}


def _file_name(parameters: Parameters, name: str, form: str) -> str:
    said = unquote(parameters.one("FILE") or "").replace("\\", "/").rpartition("/")[2].strip()
    kept = "".join(character for character in said if character.isprintable())[:_LONGEST_FILE_NAME]
    return kept or f"{name}.{form}"


def _kinds(parameters: Parameters) -> dict[str, str]:
    found = {}
    for said in parameters.all("TYPE"):
        name, _, kind = said.rpartition(":")
        if not name or kind.lower() not in KINDS:
            raise UsageError(
                f"type must be a column, a colon and one of {', '.join(KINDS)}, not {shortened(said)!r}."
            )
        found[name] = kind.lower()
    return found
