"""Clients that use jobs while services are killed, and remember what they were promised."""

from __future__ import annotations

import csv
import io
import random
import threading
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree

import requests

from ...support.running_archive import PREFIX

__all__ = ["ENDLESS", "Client", "Promise", "read_job"]

# Each row of twenty thousand against each other, twice, and a condition that is never true.
ENDLESS = (
    "SELECT COUNT(*) FROM sky.stars AS a JOIN sky.stars AS b ON SIN(a.ra * b.dec) > 2 "
    "JOIN sky.stars AS c ON SIN(a.ra * c.dec) > 2 + COS(b.ra * c.dec)"
)
_UWS = "{http://www.ivoa.net/xml/UWS/v1.0}"
_MOST_ROWS = 3000


@dataclass
class Promise:
    """A job whose submission was acknowledged, and what has been asked and seen of it since."""

    job_id: str
    rows: int | None
    abort_asked: bool = False
    delete_asked: bool = False
    is_deleted: bool = False
    was_completed: bool = False
    has_ended: bool = False
    seen: list[str] = field(default_factory=list)


class Client(threading.Thread):
    """One user's client: does what its seed says until told to stop; what breaks off was not promised."""

    def __init__(self, ports: list[int], token: str, seed: int) -> None:
        super().__init__(name=f"client-{seed}")
        self.promises: list[Promise] = []
        self.unexpected: list[str] = []
        self.keys: dict[str, set[str]] = {}
        self._ports = ports
        self._random = random.Random(seed)
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {token}"
        self._stopped = threading.Event()

    def run(self) -> None:
        """Do one thing after the other."""
        deeds = (self._submit, self._submit, self._submit, self._look, self._look, self._abort, self._delete)
        while not self._stopped.wait(self._random.uniform(0.0, 0.05)):
            try:
                self._random.choice(deeds)()
            except requests.RequestException:
                self._stopped.wait(0.05)

    def stop(self) -> None:
        """Let it end, and wait for that."""
        self._stopped.set()
        self.join(200)

    def ask(self, method: str, path: str = "", port: int | None = None, **options: Any) -> requests.Response:
        """Send a request below /async to one of the services."""
        base = f"http://127.0.0.1:{port or self._random.choice(self._ports)}{PREFIX}/tap/async"
        return self._session.request(method, base + path, allow_redirects=False, timeout=120, **options)

    def _submit(self) -> None:
        rows = None if self._random.random() < 0.1 else self._random.randint(1, _MOST_ROWS)
        query = ENDLESS if rows is None else f"SELECT TOP {rows} star_id, ra FROM sky.stars"
        key = f"{self.name}-{len(self.promises)}"
        form = {"LANG": "ADQL", "QUERY": query, "PHASE": "RUN", "RESPONSEFORMAT": "csv"}
        response = self.ask("POST", data={**form, "IDEMPOTENCYKEY": key})
        if response.status_code == 303:
            job_id = response.headers["Location"].rpartition("/")[2]
            self.promises.append(Promise(job_id, rows))
        elif response.status_code != 503:
            # 409: an earlier try came through, was not acknowledged, and asked for something else.
            if response.status_code != 409:
                self.unexpected.append(f"submit: {response.status_code} {response.text[:300]}")
            self.promises.append(Promise("", None, is_deleted=True))

    def _look(self) -> None:
        promise = self._one()
        if promise is None:
            return
        response = self.ask("GET", f"/{promise.job_id}")
        if response.status_code == 200:
            phase = read_job(response.text)[0]
            promise.seen.append(phase)
            promise.was_completed |= phase == "COMPLETED"
            if phase == "COMPLETED":
                self.check_result(promise)
        elif not promise.delete_asked:
            self.unexpected.append(f"{promise}: {response.status_code} {response.text[:300]}")

    def check_result(self, promise: Promise, port: int | None = None) -> None:
        """Note what is wrong with the result of a job that says COMPLETED."""
        response = self.ask("GET", f"/{promise.job_id}/results/result", port)
        rows = len(list(csv.reader(io.StringIO(response.text)))) - 1
        told = response.headers.get("Astrohub-Rows")
        if (
            response.status_code != 200
            or (promise.rows is not None and rows != promise.rows)
            or told != str(rows)
        ):
            self.unexpected.append(f"{promise}: result {response.status_code}, {rows} rows, {told} told")

    def _abort(self) -> None:
        promise = self._one()
        if promise is not None and self._random.random() < 0.4:
            promise.abort_asked = True
            self.ask("POST", f"/{promise.job_id}/phase", data={"PHASE": "ABORT"})

    def _delete(self) -> None:
        promise = self._one()
        if promise is not None and self._random.random() < 0.4:
            promise.delete_asked = True
            promise.is_deleted = self.ask("DELETE", f"/{promise.job_id}").status_code == 303

    def _one(self) -> Promise | None:
        kept = [promise for promise in self.promises[-30:] if not promise.is_deleted]
        return self._random.choice(kept) if kept else None


def read_job(document: str) -> tuple[str, str]:
    """Return the phase and the sentence of a job document."""
    top = ElementTree.fromstring(document)
    return top.findtext(f"{_UWS}phase") or "", top.findtext(f"{_UWS}errorSummary/{_UWS}message") or ""
