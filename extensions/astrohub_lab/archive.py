"""The archive as the server part asks it: a query or any other request in, a stream of bytes out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx

from .errors import ArchiveSilent, ArchiveUnreachable, BrokenOff, TokenRefused
from .settings import Settings

__all__ = ["ARROW", "PROBLEM", "Archive", "Errand", "Question", "Refusal"]

ARROW = "application/vnd.apache.arrow.stream"
PROBLEM = "application/problem+json"

#: A query may think for long before its first byte; only getting hold of the archive is bounded.
_TIMEOUT = httpx.Timeout(None, connect=5.0)

#: A connection for each query: one kept from before would fail when the archive has been restarted meanwhile.
_LIMITS = httpx.Limits(max_keepalive_connections=0)


@dataclass(frozen=True)
class Question:
    """One query: ADQL text, the most rows wanted, and the name the page gave it (RUNID, DALI 1.1 §3.4.6).

    `maxrec` None leaves the limit to the archive; `format` is RESPONSEFORMAT (TAP 1.1 §2.7.3).
    Where `job` is given, the rows are those of its result, and the query is not run again.
    """

    query: str
    maxrec: int | None
    id: str
    format: str = ARROW
    job: str | None = None


@dataclass(frozen=True)
class Errand:
    """Any other request: a method, a path below the archive's address, percent-encoded, headers, a body."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: AsyncIterator[bytes] | bytes | None = None


class Refusal(Exception):
    """The archive's own problem document, to be passed on as it is."""

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status
        self.body = body


class Archive:
    """Asks the archive in the name of the user whose token lies in the token file.

    Parameters
    ----------
    settings
        Where the archive and the token are.
    transport
        Another way to reach it than the network.
    """

    def __init__(self, settings: Settings, *, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._settings = settings
        self._client = httpx.AsyncClient(
            timeout=_TIMEOUT, limits=_LIMITS, trust_env=False, transport=transport
        )

    @asynccontextmanager
    async def ask(self, question: Question) -> AsyncIterator[httpx.Response]:
        """Send a query to TAP's /sync and open its answer; leaving the context early closes the connection.

        Yields
        ------
        httpx.Response
            A successful answer whose body has not been read.

        Raises
        ------
        LabError
            When there is no token, no archive or no answer that could be passed on.
        Refusal
            When the archive says no in a sentence.
        """
        async with self._send(self._question(question)) as response:
            yield response

    @asynccontextmanager
    async def run(self, errand: Errand) -> AsyncIterator[httpx.Response]:
        """Send any other request; an answer that is not an error is yielded unread.

        Raises
        ------
        LabError
            When there is no token, no archive or no answer that could be passed on.
        Refusal
            When the archive says no in a sentence.
        """
        request = self._client.build_request(
            errand.method,
            f"{self._settings.archive_url}/{errand.path}",
            headers={"Accept-Encoding": "identity", **errand.headers, **self._credentials()},
            content=errand.body,
        )
        async with self._send(request) as response:
            yield response

    async def save(self, question: Question, path: str, *, replace: bool) -> int:
        """Write a query's answer into a file of the VOSpace, byte by byte as it comes.

        Parameters
        ----------
        question
            The query and the format of the file.
        path
            The file's path below `files/`, percent-encoded.
        replace
            Whether a file of that name may be overwritten.

        Returns
        -------
        int
            How many bytes were written.
        """
        size = 0

        async def pieces(answer: httpx.Response) -> AsyncIterator[bytes]:
            nonlocal size
            try:
                async for piece in answer.aiter_raw():
                    size += len(piece)
                    yield piece
            except httpx.TransportError as error:
                raise BrokenOff("run the query again.") from error

        headers = {} if replace else {"If-None-Match": "*"}
        async with (
            self.ask(question) as answer,
            self.run(Errand("PUT", f"files/{path}", headers, pieces(answer))),
        ):
            return size

    @asynccontextmanager
    async def _send(self, request: httpx.Request) -> AsyncIterator[httpx.Response]:
        try:
            response = await self._client.send(request, stream=True)
        except httpx.TransportError as error:
            raise ArchiveUnreachable(self._settings.internal_url) from error
        try:
            if response.is_error:
                await _refuse(response)
            yield response
        finally:
            await response.aclose()

    def _credentials(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._settings.token()}"}

    def _question(self, question: Question) -> httpx.Request:
        if question.job is not None:
            return self._client.build_request(
                "GET",
                f"{self._settings.archive_url}/jobs/{question.job}/rows",
                headers={**self._credentials(), "Accept-Encoding": "identity"},
                params={"RESPONSEFORMAT": question.format},
            )
        form = {
            "REQUEST": "doQuery",
            "LANG": "ADQL",
            "QUERY": question.query,
            "RESPONSEFORMAT": question.format,
            "RUNID": question.id,
        }
        if question.maxrec is not None:
            form["MAXREC"] = str(question.maxrec)
        return self._client.build_request(
            "POST",
            self._settings.tap_sync_url,
            headers={
                **self._credentials(),
                "Accept": f"{ARROW}, {PROBLEM}" if question.format == ARROW else f"{PROBLEM}, */*",
                "Accept-Encoding": "identity",
            },
            data=form,
        )


async def _refuse(response: httpx.Response) -> None:
    if response.status_code == httpx.codes.UNAUTHORIZED:
        raise TokenRefused
    if response.headers.get("Content-Type", "").partition(";")[0].strip() != PROBLEM:
        raise ArchiveSilent(response.status_code)
    try:
        body = await response.aread()
    except httpx.TransportError as error:
        raise ArchiveSilent(response.status_code) from error
    raise Refusal(response.status_code, body)
