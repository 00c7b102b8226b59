"""The ASGI application: every protocol under one prefix, inside the rings that guard it."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from .browse.handlers import ROUTER as CATALOG
from .errors import ArchiveError
from .explain.handlers import ROUTER as EXPLAIN
from .factory import Archive
from .mydb.changes import ROUTER as MYDB_CHANGES
from .mydb.handlers import ROUTER as MYDB
from .settings import Settings
from .tap.handlers import ROUTERS, ROUTES_ASKED_OFTEN
from .user_tables.handlers import ROUTER as USER_TABLES
from .user_tables.updates import ROUTER as TABLE_UPDATES
from .vospace.handlers import ROUTERS as FILES
from .web.body import BoundedBody
from .web.direct import ShortWay
from .web.methods import AnsweredHeads
from .web.problems import PROBLEM_MIME, answer_failure
from .web.responses import SafeResponses
from .web.traffic import Traffic

__all__ = ["make_application", "make_routes"]

# What is put under these may be large; who takes it bounds it.
_STREAMED = ("/files/", "/mydb/tables/")
_FORMS = ("/tap/sync", "/tap/async")
_POSTED = ("/tap/load/",)


def make_routes(prefix: str) -> FastAPI:
    """Return the routes of every protocol; they answer once `state` holds the operations."""
    app = FastAPI(
        title="astrohub archive",
        version="1",
        description="Data services of astrohub.",
        docs_url=None,
        redoc_url=None,
        openapi_url=f"{prefix}/openapi.json",
        redirect_slashes=False,
    )
    for router in (*ROUTERS, CATALOG, EXPLAIN, MYDB, MYDB_CHANGES, USER_TABLES, TABLE_UPDATES, *FILES):
        app.include_router(router, prefix=prefix)
    for kind in (ArchiveError, RequestValidationError, HTTPException, Exception):
        app.add_exception_handler(kind, answer_failure)
    _describe_problems(app)
    return app


def _describe_problems(app: FastAPI) -> None:
    """Give errors their own media type in the OpenAPI description; FastAPI files every model under JSON."""
    described = app.openapi()
    for path in described["paths"].values():
        for operation in path.values():
            content = operation["responses"].get("default", {}).get("content", {})
            if "application/json" in content:
                content[PROBLEM_MIME] = content.pop("application/json")


def make_application(archive: Archive, traffic: Traffic) -> ASGIApp:
    """Return the application that serves an archive, and counts what it is asked."""
    settings: Settings = archive.settings
    app = make_routes(settings.prefix)
    app.state.tap = archive.tap
    app.state.mydb = archive.mydb
    app.state.user_tables = archive.user_tables
    app.state.browse = archive.browse
    app.state.explain = archive.explain
    app.state.vospace = archive.vospace
    forms = tuple(f"{settings.prefix}{path}" for path in _FORMS)
    streamed = tuple(f"{settings.prefix}{path}" for path in _STREAMED)
    posted = tuple(f"{settings.prefix}{path}" for path in _POSTED)
    limit = settings.limits.request_bytes
    short = ShortWay(app, ROUTES_ASKED_OFTEN, settings.prefix)
    bounded = BoundedBody(short, limit, streamed=streamed, forms=forms, posted=posted)
    return SafeResponses(AnsweredHeads(bounded, app.routes), traffic)
