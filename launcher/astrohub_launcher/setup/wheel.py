"""Fetches a pinned wheel with nothing but the standard library."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import ssl
import urllib.error
import urllib.request
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import unquote, urljoin, urlsplit, urlunsplit

from ..errors import LauncherError

__all__ = ["Pin", "fetch_program"]

_TIMEOUT_S = 60
_LARGEST = 200 * 1024**2


@dataclass(frozen=True)
class Pin:
    """One file of an index, and the SHA-256 that it must have."""

    project: str
    filename: str
    sha256: str


def fetch_program(pin: Pin, program: str, index: str, variables: Mapping[str, str]) -> bytes:
    """Return a program out of a wheel of the index.

    Raises
    ------
    LauncherError
        When the index cannot be reached, does not have the wheel, or serves another file.
    """
    page_address = f"{index.rstrip('/')}/{pin.project}/"
    page, kind = _get(page_address, variables, accept="application/vnd.pypi.simple.v1+json, text/html;q=0.5")
    address = _link(page, kind, pin.filename)
    if address is None:
        raise LauncherError(f"The package index {_host(index)} does not have {pin.filename}.")
    content, _ = _get(urljoin(page_address, address), variables, accept="*/*")
    if hashlib.sha256(content).hexdigest() != pin.sha256:
        raise LauncherError(
            f"The package index {_host(index)} served another {pin.filename} than the pinned one "
            "(its SHA-256 differs): the download was damaged, or the index is not to be trusted."
        )
    with zipfile.ZipFile(io.BytesIO(content)) as wheel:
        name = next(name for name in wheel.namelist() if name.endswith(f".data/scripts/{program}"))
        return wheel.read(name)


def _get(address: str, variables: Mapping[str, str], *, accept: str) -> tuple[bytes, str]:
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https", "file"}:
        raise LauncherError(f"The address of the package index must begin with https: ({_host(address)}).")
    userinfo, _, host = parts.netloc.rpartition("@")
    bare = urlunsplit((parts.scheme, host, parts.path, parts.query, ""))
    request = urllib.request.Request(bare, headers={"Accept": accept})  # noqa: S310 (the scheme is checked above)
    if userinfo:
        request.add_header("Authorization", f"Basic {base64.b64encode(unquote(userinfo).encode()).decode()}")
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT_S, context=_trust(variables)) as answer:  # noqa: S310
            return answer.read(_LARGEST), answer.headers.get_content_type()
    except urllib.error.HTTPError as e:
        raise LauncherError(f"The package index {_host(address)} answered {e.code} for {parts.path}.") from e
    except (OSError, urllib.error.URLError) as e:
        reason = getattr(e, "reason", e)
        raise LauncherError(
            f"The package index {_host(address)} cannot be reached ({reason}): check the network, or name "
            "this site's index in ASTROHUB_PACKAGE_INDEX."
        ) from e


def _trust(variables: Mapping[str, str]) -> ssl.SSLContext:
    context = ssl.create_default_context()
    for name in ("PIP_CERT", "REQUESTS_CA_BUNDLE"):
        if os.path.isfile(variables.get(name, "")):
            context.load_verify_locations(variables[name])
    return context


def _link(page: bytes, kind: str, filename: str) -> str | None:
    if kind.endswith("json"):
        files = json.loads(page).get("files", [])
        return next((str(file["url"]) for file in files if file.get("filename") == filename), None)
    links = _Links()
    links.feed(page.decode("utf-8", errors="replace"))
    return next(
        (link for link in links.found if unquote(urlsplit(link).path).endswith(f"/{filename}")), None
    ) or next((link for link in links.found if unquote(urlsplit(link).path) == filename), None)


def _host(address: str) -> str:
    return urlsplit(address).netloc.rpartition("@")[2] or address


class _Links(HTMLParser):
    """The addresses that a page links to."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the address of a link."""
        self.found += [value for name, value in attrs if tag == "a" and name == "href" and value]
