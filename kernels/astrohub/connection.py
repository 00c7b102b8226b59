"""HTTP to one archive: address, token, redirects, and what a status means."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping, Sequence
from typing import IO, Any
from urllib.parse import quote, urljoin

import requests
from requests.auth import AuthBase

from .errors import (
    AccessRefused,
    ArchiveBusy,
    ArchiveFailed,
    AstrohubError,
    CredentialsRequired,
    NotReachable,
    Position,
    QueryError,
    RequestRefused,
    printable,
)
from .form import Form
from .site import Site, origin

__all__ = ["Connection"]

SYNC = "/services/archive/tap/sync"
FILES = "/services/archive/files/"
JOBS = "/services/archive/jobs/"
PROBLEM = "application/problem+json"
JSON = "application/json"
REDIRECTS = 5
REFUSALS = {404, 409, 412, 413, 507}
CONNECT_S = 10.0


class _Token(AuthBase):
    """Sends the token and keeps `requests` from looking for another in the user's files."""

    def __init__(self, token: str | None) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class Connection:
    """Sends queries to one archive.

    Parameters
    ----------
    find_site
        Says where to and as whom; asked anew for each query, since a server's token changes.
    timeout_s
        Seconds to wait for the archive between two pieces of an answer.
    """

    def __init__(self, find_site: Callable[[], Site], timeout_s: float) -> None:
        self._find_site = find_site
        self._timeout_s = timeout_s

    def sync(
        self, query: str, *, mime: str, maxrec: int | None, uploads: Mapping[str, IO[bytes]] | None = None
    ) -> requests.Response:
        """Run a query (TAP 1.1, §2.3), with tables (§2.5), and return the answer as soon as it begins.

        The caller closes it: that stops the query.

        Raises
        ------
        AstrohubError
            The kind that fits the archive's answer.
        """
        form = {"REQUEST": "doQuery", "LANG": "ADQL", "QUERY": query, "RESPONSEFORMAT": mime}
        if maxrec is not None:
            form["MAXREC"] = str(maxrec)
        site = self._find_site()
        headers = {"Accept": f"{mime}, {PROBLEM}", "Accept-Encoding": "identity"}
        content: Form | dict[str, str] = form
        if uploads:
            form["UPLOAD"] = ";".join(f"{name},param:{name}" for name in uploads)
            content = Form(form, uploads)
            headers["Content-Type"] = content.content_type
        answer = self._exchange(site, "POST", SYNC, headers, {"data": content})
        if answer.ok and _kind(answer) == mime:
            return answer
        with answer:
            raise _refusal(answer, site, query)

    def rows(self, job: str, *, mime: str, maxrec: int | None) -> requests.Response:
        """Ask for the rows of a job's result and return the answer as it begins; the caller closes it.

        Raises
        ------
        AstrohubError
            The kind that fits the archive's answer.
        """
        site = self._find_site()
        params = {"RESPONSEFORMAT": mime, **({} if maxrec is None else {"MAXREC": str(maxrec)})}
        headers = {"Accept": f"{mime}, {PROBLEM}", "Accept-Encoding": "identity"}
        path = f"{JOBS}{quote(job, safe='')}/rows"
        answer = self._exchange(site, "GET", path, headers, {"params": params})
        if answer.ok and _kind(answer) == mime:
            return answer
        with answer:
            raise _refusal(answer, site, "")

    def call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str | Sequence[str]] | None = None,
        json: object = None,
        content: IO[bytes] | None = None,
        query: str = "",
    ) -> Any:
        """Send a request and return the JSON of its answer, or None where there is none.

        Raises
        ------
        AstrohubError
            The kind that fits the archive's answer.
        """
        site = self._find_site()
        options = {"params": params, "json": json, "data": content}
        sent = {key: value for key, value in options.items() if value is not None}
        headers = {"Accept": f"{JSON}, {PROBLEM}"}
        with self._exchange(site, method, path, headers, sent) as answer:
            if answer.status_code == 204:
                return None
            if answer.ok and _kind(answer) == JSON:
                return answer.json()
            raise _refusal(answer, site, query)

    def file(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **options: Any
    ) -> requests.Response:
        """Ask for something to be done with a file and return the answer as it begins; the caller closes it.

        Parameters
        ----------
        method, path
            What, with which path from the root of the files.
        headers
            Further headers.
        options
            `params` or `data`, as `requests` takes them.

        Raises
        ------
        AstrohubError
            The kind that fits the archive's answer.
        """
        site = self._find_site()
        sent = {"Accept": f"*/*, {PROBLEM}", "Accept-Encoding": "identity", **(headers or {})}
        answer = self._exchange(site, method, FILES + quote(path), sent, options)
        if answer.ok:
            return answer
        with answer:
            raise _refusal(answer, site, "")

    def _exchange(
        self, site: Site, method: str, path: str, headers: Mapping[str, str], options: Mapping[str, Any]
    ) -> requests.Response:
        """Send a request, and again where the site says that it has moved within itself."""
        url, begun = site.url + path, method
        with requests.Session() as session:
            session.trust_env = not _is_this_machine(url)  # a proxy of the environment does not lead here
            for _ in range(REDIRECTS):
                answer = self._send(session, method, url, headers, options if method == begun else {}, site)
                if not answer.is_redirect:
                    return answer
                answer.close()
                target = urljoin(url, answer.headers["Location"])
                if origin(target) != origin(url):
                    scheme, host, port = origin(target)
                    raise NotReachable(
                        f"{site.url} leads to another site, {scheme}://{host}:{port}. Nothing was sent: "
                        "if it is the right one, give it as the address."
                    )
                url, method = target, "GET" if answer.status_code == 303 else method
                if (content := options.get("data")) is not None and hasattr(content, "seek"):
                    content.seek(0)
        raise NotReachable(f"{site.url} leads in circles. Tell its operator.")

    def _send(
        self,
        session: requests.Session,
        method: str,
        url: str,
        headers: Mapping[str, str],
        options: Mapping[str, Any],
        site: Site,
    ) -> requests.Response:
        try:
            return session.request(
                method,
                url,
                headers=headers,
                auth=_Token(site.token),
                allow_redirects=False,
                stream=True,
                timeout=(CONNECT_S, self._timeout_s),
                **options,
            )
        except requests.Timeout:
            raise NotReachable(
                f"{site.url} does not answer in time. Try again, ask for less, or wait longer by timeout_s."
            ) from None
        except requests.exceptions.SSLError as e:
            raise NotReachable(f"{site.url} cannot prove who it is: {_root(e)}.") from None
        except requests.RequestException as e:
            raise NotReachable(
                f"{site.url} cannot be reached: {_root(e)}. "
                "Is the address right, and is astrohub running there?"
            ) from None


def _is_this_machine(url: str) -> bool:
    host = origin(url)[1]
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _root(error: BaseException) -> str:
    """Find the operating system's own words in a chain of wrapped errors."""
    reason: Any = error
    while (inner := getattr(reason, "reason", None) or reason.__cause__ or reason.__context__) is not None:
        if isinstance(inner, str):
            return inner
        reason = inner
    return str(getattr(reason, "strerror", None) or reason)


def _kind(answer: requests.Response) -> str:
    return answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()


def _refusal(answer: requests.Response, site: Site, query: str) -> AstrohubError:
    """Turn an answer that is no result into the error that says so."""
    problem = _problem(answer)
    detail = str(problem.get("detail") or problem.get("title") or "").strip()
    status = answer.status_code
    if status == 401:
        return CredentialsRequired(_credentials(site, detail))
    if status == 403:
        return AccessRefused(f"{detail or 'The token does not allow this.'} (token from {site.token_from})")
    if not problem:
        return NotReachable(
            f"{site.url} answers, but not as astrohub's archive does (HTTP status {status}). "
            "Is the address right, and is the archive running?"
        )
    if status in REFUSALS or (status == 400 and not query):
        return RequestRefused(printable(detail))
    if status == 400:
        return QueryError(
            detail, query=query, position=_position(problem), suggestion=problem.get("suggestion")
        )
    if status in {429, 503}:
        wait = answer.headers.get("Retry-After", "")
        return ArchiveBusy(
            detail + (f" Try again in {wait} seconds." if wait.isdigit() else " Try again later.")
        )
    return ArchiveFailed(f"{detail} ({site.url}, HTTP status {status})")


def _credentials(site: Site, detail: str) -> str:
    if site.token:
        return (
            f"{site.url} does not know the token from {site.token_from}: it may have expired. "
            "In a notebook restart your server; elsewhere make a new token."
        )
    said = detail or "This is not public."
    return f"{said} {site.url} was asked without a token: put one in ASTROHUB_TOKEN, or give token=."


def _problem(answer: requests.Response) -> dict[str, Any]:
    if _kind(answer) != PROBLEM:
        return {}
    try:
        content = answer.json()
    except (requests.RequestException, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _position(problem: Mapping[str, Any]) -> Position | None:
    place = problem.get("position")
    try:
        return Position(int(place["line"]), int(place["column"]), int(place["endColumn"])) if place else None
    except (KeyError, TypeError, ValueError):
        return None
