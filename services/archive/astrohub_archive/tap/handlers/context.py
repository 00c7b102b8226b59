"""What every handler of TAP begins with: the operations, who asks, the parameters, TAP's own address."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
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

__all__ = ["Call", "Calling", "read_call"]


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


async def read_call(request: Request, left_open: AsyncExitStack) -> Call:
    """Read a request and say who sends it.

    What came with it in files is removed when `left_open` is closed, if no job has taken it.

    Raises
    ------
    ArchiveError
        When it cannot be read, or is not allowed.
    """
    tap: Tap = request.app.state.tap
    if is_multipart(request):
        # Who it is decides how much may come.
        _prefer_problem(request, Parameters(request.query_params.multi_items()))
        principal = await identify(request, tap.identity)
        folder, limits = await left_open.enter_async_context(tap.uploads.receiving(principal))
        form = await receive_form(request, folder, limits)
        parameters = Parameters([*request.query_params.multi_items(), *form.pairs])
        _prefer_problem(request, parameters)
        return Call(request, tap, principal, parameters, folder, form.files)
    parameters = await read_parameters(request)
    _prefer_problem(request, parameters)
    principal = await identify(request, tap.identity)
    if "UPLOAD" not in parameters:
        return Call(request, tap, principal, parameters)
    folder, _ = await left_open.enter_async_context(tap.uploads.receiving(principal))
    return Call(request, tap, principal, parameters, folder)


async def _call(request: Request) -> AsyncIterator[Call]:
    """Read a request; its files are removed after the response."""
    async with AsyncExitStack() as left_open:
        yield await read_call(request, left_open)


def _prefer_problem(request: Request, parameters: Parameters) -> None:
    wanted = parameters.all("RESPONSEFORMAT") + parameters.all("FORMAT")
    if any("arrow" in name.lower() or PROBLEM_MIME in name for name in wanted):
        prefer_problem(request)


Calling = Annotated[Call, Depends(_call)]
