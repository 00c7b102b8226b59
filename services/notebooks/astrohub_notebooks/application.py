"""The ASGI application: the webhook and the pages under one prefix, and the watcher beside them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

from fastapi import APIRouter, FastAPI, Request, Response

from .factory import Parts
from .handlers.hook import hook_router
from .handlers.pages import pages_router
from .handlers.results import results_router

__all__ = ["make_application"]

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; base-uri 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def make_application(parts: Parts) -> FastAPI:
    """Build the application; the source is watched as long as it runs."""

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        watching = asyncio.create_task(parts.watcher.run())
        try:
            yield
        finally:
            parts.publisher.stop()
            watching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watching

    application = FastAPI(
        title="astrohub notebooks",
        version="0.1.0",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=lifespan,
    )

    @application.middleware("http")
    async def add_headers(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        response = await call_next(request)
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    routes = APIRouter(prefix=parts.settings.prefix)
    routes.include_router(hook_router(parts))
    routes.include_router(pages_router(parts))
    routes.include_router(results_router(parts))
    application.include_router(routes)
    return application
