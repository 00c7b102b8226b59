"""Somebody with a browser: logs in and starts a server, by plain HTTP."""

from __future__ import annotations

from typing import Any

import requests

from ..support.waiting import until

__all__ = ["BrowserSession"]

PATIENCE_S = 300


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
        page = self.http.get(f"{self.url}/hub/login", timeout=60)
        assert page.ok, page.text
        form = {"username": name, "password": password, "_xsrf": self._xsrf("/hub/")}
        return self.http.post(f"{self.url}/hub/login", data=form, allow_redirects=False, timeout=60)

    def start_server(self, name: str, *, timeout_s: float = PATIENCE_S) -> None:
        """Ask for a server and wait until it is ready."""
        page = self.http.get(f"{self.url}/hub/spawn", timeout=60)
        assert page.ok, page.text

        def is_ready() -> bool:
            model = self._model(name)
            ready = bool(model["servers"].get("", {}).get("ready"))
            assert ready or model["pending"], "the server did not start"
            return ready

        until(is_ready, "the server is ready", timeout_s=timeout_s)

    def stop_server(self, name: str, *, timeout_s: float = PATIENCE_S) -> None:
        """Ask for the server's end and wait for it."""
        answer = self.http.delete(self._api(name) + "/server", headers=self._headers, timeout=60)
        assert answer.status_code in {202, 204}, answer.text
        until(lambda: not self._model(name)["servers"], "the server has stopped", timeout_s=timeout_s)

    def get(self, path: str) -> requests.Response:
        """Open a page, following where it leads."""
        return self.http.get(self.url + path, timeout=60)

    @property
    def _headers(self) -> dict[str, str]:
        return {"X-XSRFToken": self._xsrf("/hub/")}

    def _model(self, name: str) -> dict[str, Any]:
        model: dict[str, Any] = self.http.get(self._api(name), headers=self._headers, timeout=60).json()
        return model

    def _api(self, name: str) -> str:
        return f"{self.url}/hub/api/users/{name}"

    def _xsrf(self, path: str) -> str:
        cookies = [cookie for cookie in self.http.cookies if cookie.name == "_xsrf" and cookie.path == path]
        return cookies[-1].value or ""
