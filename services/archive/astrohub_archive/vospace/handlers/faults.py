"""Errors of VOSpace: the fault's name and the sentence, as text (VOSpace 2.1, §5.5)."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from ...errors import (
    ArchiveError,
    BusyError,
    Conflict,
    CredentialsRequired,
    Forbidden,
    NotFound,
    QuotaExceeded,
    StorageFull,
    UsageError,
)

__all__ = ["FaultRoute"]

_FAULTS: tuple[tuple[type[ArchiveError], str], ...] = (
    (NotFound, "NodeNotFound"),
    (Conflict, "DuplicateNode"),
    (Forbidden, "PermissionDenied"),
    (QuotaExceeded, "QuotaExceeded"),
    (StorageFull, "InternalFault"),
    (UsageError, "InvalidArgument"),
)


class FaultRoute(APIRoute):
    """A route of VOSpace; what asks for credentials, or for patience, is told as everywhere."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler, with faults as text."""
        handle = super().get_route_handler()

        async def with_faults(request: Request) -> Response:
            try:
                return await handle(request)
            except (CredentialsRequired, BusyError):
                raise
            except ArchiveError as e:
                name = next((name for kind, name in _FAULTS if isinstance(e, kind)), "InternalFault")
                return Response(f"{name}: {e.message}\n", e.status, media_type="text/plain")

        return with_faults
