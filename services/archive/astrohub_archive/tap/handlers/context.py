"""What every handler of TAP begins with: the operations, who asks, the parameters, TAP's own address."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from ...ivoa.parameters import Parameters
from ...models import Principal
from ...web.multipart import is_multipart, receive_form
from ...web.problems import PROBLEM_MIME, prefer_problem
from ...web.requests import identify, read_parameters
from ..service import Tap

__all__ = ["Call", "Calling"]


@dataclass(frozen=True)
class Call:
    """One request to TAP, read and identified.

    Attributes
    ----------
    folder
        Where the files of its tables lie, if it has any.
    files
        These files, by the names of the parts in which they came.
    """

    request: Request
    tap: Tap
    principal: Principal
    parameters: Parameters
    folder: Path | None = None
    files: Mapping[str, Path] = field(default_factory=dict)

    @property
    def tap_url(self) -> str:
        """Return TAP's address as this client reaches it."""
        return f"{self.tap.addresses.base(self.request)}/tap"


async def _call(request: Request) -> AsyncIterator[Call]:
    """Read a request. What came with it in files is removed after the response, if no job has taken it."""
    tap: Tap = request.app.state.tap
    if is_multipart(request):
        # Who it is decides how much may come.
        _prefer_problem(request, Parameters(request.query_params.multi_items()))
        principal = await identify(request, tap.identity)
        async with tap.uploads.receiving(principal) as (folder, limits):
            form = await receive_form(request, folder, limits)
            parameters = Parameters([*request.query_params.multi_items(), *form.pairs])
            _prefer_problem(request, parameters)
            yield Call(request, tap, principal, parameters, folder, form.files)
        return
    parameters = await read_parameters(request)
    _prefer_problem(request, parameters)
    principal = await identify(request, tap.identity)
    if "UPLOAD" not in parameters:
        yield Call(request, tap, principal, parameters)
        return
    async with tap.uploads.receiving(principal) as (folder, _):
        yield Call(request, tap, principal, parameters, folder)


def _prefer_problem(request: Request, parameters: Parameters) -> None:
    wanted = parameters.all("RESPONSEFORMAT") + parameters.all("FORMAT")
    if any("arrow" in name.lower() or PROBLEM_MIME in name for name in wanted):
        prefer_problem(request)


Calling = Annotated[Call, Depends(_call)]
