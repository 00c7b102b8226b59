"""The researcher's jobs as another client, such as TOPCAT or pyvo, makes and sees them."""

from __future__ import annotations

from typing import Any

import httpx

from tests.support.platform import RunningPlatform

__all__ = ["OwnJobs"]


class OwnJobs:
    """Speaks UWS to the platform in the name of a user."""

    def __init__(self, platform: RunningPlatform, user: str) -> None:
        headers = {"Authorization": f"Bearer {platform.token(user)}"}
        self._base = f"{platform.url}/services/archive"
        self._client = httpx.Client(headers=headers, timeout=90)

    def submit(self, query: str, name: str, **parameters: str) -> str:
        """Submit a job and return its id."""
        form = {"LANG": "ADQL", "QUERY": query, "RUNID": name, "PHASE": "RUN", **parameters}
        answer = self._client.post(f"{self._base}/tap/async", data=form)
        assert answer.status_code == 303, answer.text
        return answer.headers["Location"].rpartition("/")[2]

    def change(self, job_id: str, **parameters: str) -> None:
        """Change a job."""
        answer = self._client.post(f"{self._base}/tap/async/{job_id}", data=parameters)
        assert answer.status_code == 303, answer.text

    def all(self) -> list[dict[str, Any]]:
        """Return what there is."""
        found: list[dict[str, Any]] = self._client.get(f"{self._base}/jobs?LAST=500").json()["jobs"]
        return found

    def clear(self) -> None:
        """Delete all jobs."""
        for job in self.all():
            self._client.delete(f"{self._base}/jobs/{job['id']}").raise_for_status()

    def close(self) -> None:
        """Clear up."""
        self.clear()
        self._client.close()
