"""A browser for which all names below a site's are one address: what DNS is to the sites that have it."""

from __future__ import annotations

from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.cookies import RequestsCookieJar, get_cookie_header

from ...hub.browser_session import BrowserSession

__all__ = ["named_browser"]


#: A cookie without a domain goes to the name that set it and to none below: requests alone is laxer.
_AS_BROWSERS_DO = DefaultCookiePolicy(strict_ns_domain=DefaultCookiePolicy.DomainStrictNonDomain)


class _OneAddress(HTTPAdapter):
    """Sends each request to one address, with the name that it was made for in the header Host."""

    def __init__(self, address: str, kept: RequestsCookieJar) -> None:
        super().__init__()
        self._address, self._kept = address, kept

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        """Send it there; the answer is of the name that was asked for."""
        assert request.url
        self._choose_cookies(request)
        sent, name = request.copy(), urlsplit(request.url).netloc
        sent.url = request.url.replace(name, self._address, 1)
        sent.headers["Host"] = name
        response = super().send(sent, *args, **options)
        response.url, response.request = request.url, request
        return response

    def _choose_cookies(self, request: requests.PreparedRequest) -> None:
        jar = RequestsCookieJar(policy=_AS_BROWSERS_DO)
        jar.update(self._kept)
        request.headers.pop("Cookie", None)
        if chosen := get_cookie_header(jar, request):  # type: ignore[no-untyped-call]
            request.headers["Cookie"] = chosen


def named_browser(url: str, address: str) -> BrowserSession:
    """Return a browser that has never been at a site, which answers to a name.

    Parameters
    ----------
    url
        The site's public address, with its name.
    address
        Host and port at which the proxy is reached, whatever the name.
    """
    browser = BrowserSession(url)
    browser.http.mount("http://", _OneAddress(address, browser.http.cookies))
    return browser
