"""The list of a user's jobs: 10,000 of them in one request."""

from __future__ import annotations

import re
import sqlite3
import time
from datetime import UTC, datetime
from pathlib import Path
from xml.sax.saxutils import escape

import requests
from astrohub_archive.databases import open_database
from astrohub_archive.ivoa.uws.job import Phase, new_job_id
from astrohub_archive.ivoa.uws.schema import JOBS
from measuring import Contest
from one_user import Hub
from ours import HttpArchive
from sqlalchemy import insert

__all__ = ["contest"]

_JOBS, _FEW_JOBS = 10_000, 500
_DAY_S = 86_400
_LISTED = re.compile(rb'jobref id="(\w+)"')
_QUERY = (
    "SELECT job_id, phase, owner, run_id, creation FROM jobs WHERE owner = ? AND protocol = 'tap'"
    " ORDER BY creation DESC, job_id DESC"
)


def contest(archive: HttpArchive, known: Hub, *, small: bool) -> Contest:
    """Return a contest of the archive's list with its rows read by bare SQL and written as bare text."""
    _make_jobs(archive.work_dir, known.user, _FEW_JOBS if small else _JOBS)
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {known.token}"
    database = sqlite3.connect(archive.work_dir / "jobs.sqlite")
    address = f"{archive.tap}/async"

    def limit(_: int) -> list[bytes]:
        rows = database.execute(_QUERY, (known.user,)).fetchall()
        return _LISTED.findall("".join(_reference(address, *row) for row in rows).encode())

    def ours(_: int) -> list[bytes]:
        response = session.get(address, timeout=60)
        response.raise_for_status()
        return _LISTED.findall(response.content)

    name = f"jobs, a list of {_FEW_JOBS if small else _JOBS:,}"
    return Contest(name, {"limit": limit, "ours, HTTP": ours})


def _make_jobs(work_dir: Path, owner: str, count: int) -> None:
    """Put jobs that nobody has begun into the archive's database, as if one were made every minute."""
    now = time.time()
    rows = [
        {
            "job_id": new_job_id(anonymous=False),
            "protocol": "tap",
            "owner": owner,
            "run_id": f"night {number}",
            "phase": Phase.PENDING.value,
            "parameters": [["LANG", "ADQL"], ["QUERY", "SELECT 1 AS one"]],
            "creation": now - 60 * number,
            "destruction": now + _DAY_S,
            "execution_duration_s": 60,
        }
        for number in range(count)
    ]
    engine = open_database(None, work_dir)
    with engine.begin() as connection:
        connection.execute(insert(JOBS), rows)
    engine.dispose()


def _reference(address: str, job_id: str, phase: str, owner: str, run_id: str, creation: float) -> str:
    created = datetime.fromtimestamp(creation, UTC).isoformat(timespec="milliseconds")
    return (
        f'<uws:jobref id="{job_id}" xlink:href="{address}/{job_id}"><uws:phase>{phase}</uws:phase>'
        f"<uws:runId>{escape(run_id)}</uws:runId><uws:ownerId>{escape(owner)}</uws:ownerId>"
        f"<uws:creationTime>{created}</uws:creationTime></uws:jobref>"
    )
