"""The archive as the server part asks it: one query in, a stream of Arrow bytes out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx

from .errors import ArchiveSilent, ArchiveUnreachable, TokenRefused
from .settings import Settings

__all__ = ["ARROW", "PROBLEM", "Archive", "Question", "Refusal"]

ARROW = "application/vnd.apache.arrow.stream"
PROBLEM = "application/problem+json"

#: A query may think for long before its first byte; only getting hold of the archive is bounded.
_TIMEOUT = httpx.Timeout(None, connect=5.0)

#: A connection for each query: one kept from before would fail when the archive has been restarted meanwhile.
_LIMITS = httpx.Limits(max_keepalive_connections=0)


@dataclass(frozen=True)
class Question:
    """One query: ADQL text, the most rows wanted, and the name the page gave it (RUNID, DALI 1.1 §3.4.6)."""

    query: str
    maxrec: int
    id: str


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
        request = self._request(question)
        try:
            response = await self._client.send(request, stream=True)
        except httpx.TransportError as error:
            raise ArchiveUnreachable(self._settings.internal_url) from error
        try:
            if not response.is_success:
                await _refuse(response)
            yield response
        finally:
            await response.aclose()

    def _request(self, question: Question) -> httpx.Request:
        return self._client.build_request(
            "POST",
            self._settings.tap_sync_url,
            headers={
                "Authorization": f"Bearer {self._settings.token()}",
                "Accept": f"{ARROW}, {PROBLEM}",
                "Accept-Encoding": "identity",
            },
            data={
                "REQUEST": "doQuery",
                "LANG": "ADQL",
                "QUERY": question.query,
                "MAXREC": str(question.maxrec),
                "RESPONSEFORMAT": ARROW,
                "RUNID": question.id,
            },
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
