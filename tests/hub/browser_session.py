"""Somebody with a browser: logs in, starts a server, uses it, all by plain HTTP."""

from __future__ import annotations

import json
import time
from typing import Any

import requests
from websockets.sync.client import connect

__all__ = ["BrowserSession"]

PATIENCE_S = 60


class BrowserSession:
    """Cookies and cross-site tokens of one browser.

    Parameters
    ----------
    url
        The site's public address.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = requests.Session()

    def log_in(self, name: str, password: str) -> requests.Response:
        """Send the log-in form as the page would; what it leads to is not followed."""
        page = self.http.get(f"{self.url}/hub/login", timeout=30)
        assert page.ok, page.text
        form = {"username": name, "password": password, "_xsrf": self._xsrf("/hub/")}
        return self.http.post(f"{self.url}/hub/login", data=form, allow_redirects=False, timeout=30)

    def _xsrf(self, path: str) -> str:
        return next(
            cookie.value or ""
            for cookie in self.http.cookies
            if cookie.name == "_xsrf" and cookie.path == path
        )
