"""Who may ask: only whom Jupyter knows, and only from its own pages."""

from __future__ import annotations

import inspect

import astrohub_lab.handlers
import astrohub_lab.json_handlers
import astrohub_lab.passage
import httpx
import pytest
import tornado.web

from .conftest import Lab
from .fake_archive import FakeArchive

_METHODS = ("get", "head", "post", "put", "patch", "delete")
_BODY = {"query": "SELECT 1", "maxrec": 10, "id": "a-query"}


def _open_methods(handler: type[tornado.web.RequestHandler]) -> list[str]:
    """Find methods that a handler defines without `tornado.web.authenticated` outermost."""
    wrapper = tornado.web.authenticated(lambda _: None).__code__
    own = {name: vars(handler)[name] for name in _METHODS if name in vars(handler)}
    return [name for name, method in own.items() if method.__code__ is not wrapper]


def _handlers() -> list[type[tornado.web.RequestHandler]]:
    modules = (astrohub_lab.handlers, astrohub_lab.json_handlers, astrohub_lab.passage)
    return [
        handler
        for module in modules
        for _, handler in inspect.getmembers(module, inspect.isclass)
        if issubclass(handler, tornado.web.RequestHandler) and handler.__module__ == module.__name__
    ]


def test_every_handler_asks_who_is_there() -> None:
    assert _handlers(), "no handler found: has the module moved?"
    names = {handler.__name__ for handler in _handlers()}
    assert names >= {"QueryHandler", "PassageHandler", "SaveHandler", "NotebooksHandler", "CopyHandler"}
    assert [handler.__name__ for handler in _handlers() if _open_methods(handler)] == []


def test_a_handler_that_does_not_ask_is_found() -> None:
    class Open(tornado.web.RequestHandler):
        def get(self) -> None:
            """Answer anybody."""

    assert _open_methods(Open) == ["get"]


def test_a_stranger_is_refused(lab: Lab, archive: FakeArchive) -> None:
    assert httpx.post(lab.query_url, json=_BODY, timeout=60).status_code == 403
    assert archive.requests == []


@pytest.fixture
def browser(lab: Lab) -> httpx.Client:
    """A client that is logged in by cookie, as a browser is."""
    client = httpx.Client(follow_redirects=True, timeout=60)
    client.get(f"{lab.url}/lab", params={"token": lab.token}).raise_for_status()
    return client


def test_a_cookie_alone_does_not_do(lab: Lab, archive: FakeArchive, browser: httpx.Client) -> None:
    assert browser.post(lab.query_url, json=_BODY).status_code == 403
    assert archive.requests == []


def test_a_cookie_and_the_pages_xsrf_token_do(lab: Lab, browser: httpx.Client) -> None:
    headers = {"X-XSRFToken": browser.cookies["_xsrf"]}
    assert browser.post(lab.query_url, json=_BODY, headers=headers).status_code == 200


def test_another_sites_page_is_refused(lab: Lab, archive: FakeArchive, browser: httpx.Client) -> None:
    headers = {"X-XSRFToken": browser.cookies["_xsrf"], "Origin": "http://evil.example"}
    assert browser.post(lab.query_url, json=_BODY, headers=headers).status_code in (403, 404)
    assert archive.requests == []


_DOORS = [("GET", "catalog"), ("PUT", "files/home/a"), ("POST", "files/home/a"), ("DELETE", "files/home/a")]


@pytest.mark.parametrize(("method", "path"), _DOORS)
def test_a_stranger_reaches_nothing_of_the_archive(
    lab: Lab, archive: FakeArchive, method: str, path: str
) -> None:
    answer = httpx.request(method, f"{lab.url}/astrohub/archive/{path}", content=b"x", timeout=60)
    assert answer.status_code == 403
    assert archive.requests == []


def test_a_cookie_alone_does_not_write(lab: Lab, archive: FakeArchive, browser: httpx.Client) -> None:
    url = f"{lab.url}/astrohub/archive/files/home/a"
    assert browser.put(url, content=b"x").status_code == 403
    assert browser.delete(url).status_code == 403
    assert archive.requests == []
    headers = {"X-XSRFToken": browser.cookies["_xsrf"]}
    assert browser.put(url, content=b"x", headers=headers).status_code == 201
