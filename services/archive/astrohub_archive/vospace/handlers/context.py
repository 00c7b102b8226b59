"""What every handler of files begins with: the operations, and who asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from ...errors import NotFound
from ...models import Principal
from ...web.problems import prefer_problem
from ...web.requests import identify
from ..service import Vospace

__all__ = ["Call", "Calling"]


@dataclass(frozen=True)
class Call:
    """One request for files, identified."""

    request: Request
    vospace: Vospace
    principal: Principal


async def _call(request: Request) -> Call:
    prefer_problem(request)
    vospace: Vospace | None = request.app.state.vospace
    if vospace is None:
        raise NotFound("This archive keeps no files; the operator can set filesDir.")
    return Call(request, vospace, await identify(request, vospace.identity))


Calling = Annotated[Call, Depends(_call)]
