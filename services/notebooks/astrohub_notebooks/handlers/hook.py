"""The webhook: read within bounds, checked, answered at once; the work is done in the background."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from ..errors import HookError
from ..factory import Parts
from ..settings import GitSource, Webhook
from ..webhooks import authenticate, delivery_of, read_push

__all__ = ["hook_router"]


def hook_router(parts: Parts) -> APIRouter:
    """Make the route for a forge's messages."""
    router = APIRouter()

    @router.post("/hook", summary="Take a forge's message", status_code=202)
    async def hook(request: Request) -> Response:
        """Take a push of GitHub, Gitea, Forgejo or GitLab and look at the source soon after."""
        try:
            body = await _read_body(request, parts.settings.webhook)
            return _answer(parts, request, body)
        except HookError as e:
            return JSONResponse({"detail": str(e)}, status_code=e.status)

    return router


def _answer(parts: Parts, request: Request, body: bytes) -> Response:
    headers = dict(request.headers)
    authenticate(headers, body, parts.secret)
    push = read_push(headers, body)
    if push.event.lower() == "ping":
        return JSONResponse({"detail": "The webhook is set up."}, status_code=200)
    source = parts.settings.source
    wanted = source.branch if isinstance(source, GitSource) else push.branch
    if push.branch is None or push.branch != wanted:
        return JSONResponse({"detail": "Nothing to do: not a push to the published branch."}, status_code=202)
    if not parts.deliveries.is_new(delivery_of(headers)):
        return JSONResponse({"detail": "This message was acted upon before."}, status_code=202)
    parts.watcher.wake()
    return JSONResponse({"detail": "The collection is being fetched."}, status_code=202)


async def _read_body(request: Request, limits: Webhook) -> bytes:
    """Read the body as far as it is allowed to go, and no longer than it may take."""
    body = bytearray()
    try:
        async with asyncio.timeout(limits.body_s):
            async for chunk in request.stream():
                body += chunk
                if len(body) > limits.body_bytes:
                    raise HookError(f"The message has more than {limits.body_bytes} bytes.", status=413)
    except TimeoutError as e:
        raise HookError(f"The message did not arrive within {limits.body_s:g} s.", status=408) from e
    return bytes(body)
