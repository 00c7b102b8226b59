"""The short way past the framework: who takes it is answered as by the framework, and leaves nothing open."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest
from astrohub_archive.application import make_routes
from astrohub_archive.errors import QueryError, UsageError
from astrohub_archive.web.direct import ClosingResponse, ShortWay
from astrohub_archive.web.streaming import ClientLeft, while_connected
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Scope

PREFIX = "/somewhere"


def often_asked() -> APIRouter:
    router = APIRouter()

    @router.get("/answered")
    async def answered(request: Request) -> Response:
        return Response(f"{request.method} {request.url.path} {request.query_params}", headers={"X-A": "b"})

    @router.post("/read")
    async def read(request: Request) -> Response:
        return Response(await request.body())

    @router.get("/refused")
    async def refused(request: Request) -> Response:
        raise QueryError(f"There is no column {request.query_params['name']}.", suggestion="ra")

    return router


def scope(method: str, path: str) -> Scope:
    return {
        "type": "http",
        "method": method,
        "path": f"{PREFIX}{path}",
        "root_path": "",
        "query_string": b"name=dex",
        "headers": [(b"accept", b"application/problem+json"), (b"host", b"here")],
        "server": ("here", 80),
        "scheme": "http",
        "http_version": "1.1",
    }


def answer(app: ASGIApp, asked: Scope) -> list[Message]:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"some words", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(app(asked, receive, send))  # type: ignore[arg-type]
    return sent


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/answered", 200),
        ("POST", "/read", 200),
        ("GET", "/refused", 400),
        ("DELETE", "/answered", 405),
        ("GET", "/answered/", 404),
    ],
)
def test_the_short_way_answers_as_the_long_one_does(method: str, path: str, status: int) -> None:
    app, router = make_routes(PREFIX), often_asked()
    app.include_router(router, prefix=PREFIX)
    long, short = scope(method, path), scope(method, path)
    told = answer(app, long)
    assert told[0]["status"] == status
    assert answer(ShortWay(app, router.routes, PREFIX), short) == told
    assert getattr(short.get("route"), "path", None) == getattr(long.get("route"), "path", None)


def test_what_is_asked_often_does_not_come_to_the_framework() -> None:
    app, router = make_routes(PREFIX), often_asked()
    # It knows nothing of these routes: had it been asked, there would be nothing at the address.
    assert answer(ShortWay(app, router.routes, PREFIX), scope("GET", "/answered"))[0]["status"] == 200


def test_what_was_open_for_a_response_is_closed_however_it_ends() -> None:
    closed: list[str] = []

    async def breaks_off(message: Message) -> None:
        raise OSError(message["type"])

    async def send_it() -> None:
        async with AsyncExitStack() as left_open:
            left_open.callback(closed.append, "closed")
            response = ClosingResponse(Response("words"), left_open.pop_all())
        assert not closed
        await response(scope("GET", "/answered"), None, breaks_off)  # type: ignore[arg-type]

    with pytest.raises(OSError, match=r"http\.response\.start"):
        asyncio.run(send_it())
    assert closed == ["closed"]


def test_work_for_a_client_that_leaves_is_cancelled_and_nothing_else() -> None:
    ended: list[str] = []

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("work")

    async def serve() -> None:
        with pytest.raises(ClientLeft):
            await while_connected(Request(scope("GET", "/answered"), receive), work())
        task = asyncio.current_task()
        assert task is not None
        assert task.cancelling() == 0

    asyncio.run(serve())
    assert ended == ["work"]


def test_what_work_raises_is_raised() -> None:
    async def work() -> None:
        raise UsageError("There is nothing to do.")

    async def serve() -> None:
        await while_connected(Request(scope("GET", "/answered")), work())

    with pytest.raises(UsageError):
        asyncio.run(serve())
