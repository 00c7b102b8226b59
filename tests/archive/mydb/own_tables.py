"""MyDB as its users speak to it over HTTP."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import Any

import requests

from ...support.running_archive import RunningArchive

__all__ = ["OwnTables"]


@dataclass(frozen=True)
class OwnTables:
    """One user's tables at one archive."""

    archive: RunningArchive
    token: str | None

    @property
    def url(self) -> str:
        """Return the address of the tables."""
        return f"{self.archive.base}/services/archive/mydb/tables"

    def ask(self, method: str, path: str = "", **options: Any) -> requests.Response:
        """Send one request."""
        headers = {**({"Authorization": f"Bearer {self.token}"} if self.token else {})}
        return requests.request(method, self.url + path, headers=headers, timeout=120, **options)

    def create(self, name: str, query: str, *, replace: bool = False) -> requests.Response:
        """Make a table of a query."""
        return self.ask("POST", json={"name": name, "query": query, "replace": replace})

    def upload(self, name: str, form: str, content: bytes, **parameters: str) -> requests.Response:
        """Make a table of a file."""
        return self.ask("PUT", f"/{name}", params={"format": form, **parameters}, data=content)

    def listed(self) -> dict[str, Any]:
        """Return the list."""
        answer = self.ask("GET")
        assert answer.status_code == 200, answer.text
        listed: dict[str, Any] = answer.json()
        return listed

    def names(self) -> list[str]:
        """Return the names of all tables."""
        return [table["name"] for table in self.listed()["tables"]]

    def rows(self, query: str) -> list[list[str]]:
        """Return the rows of a query."""
        answer = self.archive.query(query, token=self.token)
        assert answer.status_code == 200, answer.text
        return list(csv.reader(io.StringIO(answer.content.decode())))[1:]
