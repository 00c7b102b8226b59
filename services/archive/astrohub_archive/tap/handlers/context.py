"""What every handler of TAP begins with: the operations, who asks, the parameters, TAP's own address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from ...ivoa.parameters import Parameters
from ...models import Principal
from ...web.problems import PROBLEM_MIME, prefer_problem
from ...web.requests import identify, read_parameters
from ..service import Tap

__all__ = ["Call", "Calling"]


@dataclass(frozen=True)
class Call:
    """One request to TAP, read and identified."""

    request: Request
    tap: Tap
    principal: Principal
    parameters: Parameters

    @property
    def tap_url(self) -> str:
        """Return TAP's address as this client reaches it."""
        return f"{self.tap.addresses.base(self.request)}/tap"


async def _call(request: Request) -> Call:
    tap: Tap = request.app.state.tap
    parameters = await read_parameters(request)
    wanted = parameters.all("RESPONSEFORMAT") + parameters.all("FORMAT")
    if any("arrow" in name.lower() or PROBLEM_MIME in name for name in wanted):
        prefer_problem(request)
    return Call(request, tap, await identify(request, tap.identity), parameters)


Calling = Annotated[Call, Depends(_call)]
