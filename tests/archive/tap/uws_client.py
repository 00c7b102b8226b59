"""Jobs as a client sees them: create, start, wait, read."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

import requests

from ...support.running_archive import RunningArchive

__all__ = ["JobClient", "Seen"]

_UWS = "{http://www.ivoa.net/xml/UWS/v1.0}"
_XLINK = "{http://www.w3.org/1999/xlink}"


@dataclass(frozen=True)
class Seen:
    """A job document, read."""

    job_id: str
    phase: str
    owner: str | None
    error: str | None
    slug: str | None
    results: dict[str, str]
    parameters: dict[str, str]
    document: str


class JobClient:
    """Speaks to /tap/async of an archive, with a token or without."""

    def __init__(self, archive: RunningArchive, token: str | None = None) -> None:
        self.url = f"{archive.tap}/async"
        self.headers = {} if token is None else {"Authorization": f"Bearer {token}"}

    def request(self, method: str, path: str = "", **options: Any) -> requests.Response:
        """Send a request below /async without following redirections."""
        options.setdefault("timeout", 90)
        return requests.request(
            method, self.url + path, headers=self.headers, allow_redirects=False, **options
        )

    def create(self, query: str, *, run: bool = True, **parameters: str) -> str:
        """Make a job and return its id."""
        form = {"LANG": "ADQL", "QUERY": query, **({"PHASE": "RUN"} if run else {}), **parameters}
        response = self.request("POST", data=form)
        assert response.status_code == 303, response.text
        location: str = response.headers["Location"]
        assert location.startswith(f"{self.url}/")
        return location.removeprefix(f"{self.url}/")

    def see(self, job_id: str, **parameters: str) -> Seen:
        """Read a job."""
        response = self.request("GET", f"/{job_id}", params=parameters)
        assert response.status_code == 200, response.text
        return _read(response.text)

    def ended(self, job_id: str, within_s: float = 120) -> Seen:
        """Wait until a job has ended."""
        until = time.monotonic() + within_s
        seen = self.see(job_id)
        while seen.phase in ("PENDING", "QUEUED", "EXECUTING"):
            assert time.monotonic() < until, f"the job is still {seen.phase}"
            seen = self.see(job_id, WAIT="5", PHASE=seen.phase)
        return seen

    def begun(self, job_id: str, within_s: float = 120) -> Seen:
        """Wait until a job is executing, or has ended."""
        until = time.monotonic() + within_s
        seen = self.see(job_id)
        while seen.phase == "QUEUED":
            assert time.monotonic() < until, "the job is still QUEUED"
            seen = self.see(job_id, WAIT="5", PHASE="QUEUED")
        return seen


def _read(document: str) -> Seen:
    top = ElementTree.fromstring(document)
    assert top.tag == f"{_UWS}job"
    assert top.get("version") == "1.1"
    failed = top.find(f"{_UWS}jobInfo/{{urn:astrohub:error}}error")
    return Seen(
        job_id=top.findtext(f"{_UWS}jobId") or "",
        phase=top.findtext(f"{_UWS}phase") or "",
        owner=top.findtext(f"{_UWS}ownerId") or None,
        error=top.findtext(f"{_UWS}errorSummary/{_UWS}message"),
        slug=None if failed is None else failed.get("slug"),
        results={
            result.get("id", ""): result.get(f"{_XLINK}href", "") for result in top.iter(f"{_UWS}result")
        },
        parameters={item.get("id", ""): item.text or "" for item in top.iter(f"{_UWS}parameter")},
        document=document,
    )
