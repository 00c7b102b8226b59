"""Nothing but reading gets through, others are served meanwhile, and no file but the data is opened."""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests
from astrohub_archive.data.readonly import remove

from ...support.catalogs import open_folder
from ...support.fake_hub import FakeHub
from ...support.running_archive import RunningArchive, small_settings
from ...support.watched_calls import OF_ALL, Call, calls, libraries, tracer, tracing_obstacle
from .catalogs import publish
from .corpus import COSTLY, GREEDY, REFUSED, STARS
from .mutations import mutated

_SYNC_S = 2
_QUICK = f"SELECT TOP 1 hip FROM {STARS} WHERE hip = 71"


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A folder with the catalogues and room for the archive's own files."""
    with open_folder() as folder:
        publish(folder / "public")
        (folder / "own").mkdir()
        yield folder
        remove(folder / "public")


@pytest.fixture(scope="module")
def target(folder: Path, hub: FakeHub) -> Iterator[RunningArchive]:
    """An archive of which a query may take two seconds, and of which is written what it opens."""
    prefix = () if tracing_obstacle() else tracer(folder / "calls.txt")
    limits = {"syncS": _SYNC_S}
    engine = {"quickWorkers": 2, "memoryLimitMb": 400, "spillLimitMb": 200}
    settings = small_settings(folder / "own", folder / "public", hub.api_url, limits=limits, engine=engine)
    archive = RunningArchive(folder / "own", settings, prefix=prefix)
    archive.start()
    yield archive
    if archive.process is not None and archive.process.poll() is None:
        archive.stop()


class Neighbour(threading.Thread):
    """Somebody else, who asks a small query again and again and notes what becomes of it."""

    def __init__(self, archive: RunningArchive) -> None:
        super().__init__(daemon=True)
        self._archive = archive
        self._enough = threading.Event()
        self.codes: list[int] = []

    def run(self) -> None:
        """Ask until it is enough."""
        while not self._enough.wait(0.1):
            # Not hurried by the limit of the others: on a busy machine even this may take longer.
            answer = self._archive.query(_QUICK, timeout=200, EXECUTIONDURATION="180")
            self.codes.append(answer.status_code)

    def __enter__(self) -> Neighbour:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._enough.set()
        self.join(200)


def _refused(response: requests.Response, text: str) -> str:
    """Check an answer for being a refusal in one plain sentence, and return the sentence."""
    said = f"{text[:200]!r}: {response.status_code} {response.text[:500]}"
    assert response.status_code in (400, 413), said
    detail = response.json()["detail"] if "json" in response.headers["Content-Type"] else response.text
    assert 10 < len(detail) < 1_000, said
    for word in ("Traceback", "duckdb", "sqlglot", ".py", "site-packages", "scan_0"):
        assert word not in detail or word in text, said
    assert "/etc/passwd" not in detail or "/etc/passwd" in text, said
    assert "root:" not in detail, said
    return str(detail)


def test_hostile_statements_are_refused_while_others_are_answered(target: RunningArchive, token: str) -> None:
    asked = 0
    with Neighbour(target) as neighbour:
        for kind, statements in REFUSED.items():
            language = "PostgreSQL" if kind == "postgresql" else "ADQL"
            for text in statements:
                response = target.query(text, token=token, RESPONSEFORMAT="arrow", LANG=language)
                _refused(response, text)
                if asked % 5 == 0:
                    stranger = target.query(text, RESPONSEFORMAT="arrow", LANG=language)
                    assert stranger.status_code in (400, 401), stranger.text
                asked += 1
        for text in GREEDY.values():
            _refused(target.query(text, token=token, RESPONSEFORMAT="arrow"), text)
            asked += 1
    assert asked >= 330
    assert neighbour.codes
    assert set(neighbour.codes) == {200}


@pytest.mark.parametrize("name", COSTLY)
def test_what_would_never_end_is_stopped_by_a_limit(name: str, target: RunningArchive, token: str) -> None:
    with Neighbour(target) as neighbour:
        response = target.query(COSTLY[name], token=token, RESPONSEFORMAT="arrow")
        problem = response.json()
        assert response.status_code == 400, problem
        assert problem["slug"] in ("timeout", "memory", "query"), problem
        assert len(problem["detail"]) > 20
    assert set(neighbour.codes) <= {200}
    assert target.query(_QUICK, EXECUTIONDURATION="180").status_code == 200


def test_mutated_statements_are_answered_or_refused_in_a_sentence(target: RunningArchive, token: str) -> None:
    codes = Counter[int]()
    with Neighbour(target) as neighbour:
        for number in range(200):
            text = mutated(f"http-{number}").encode("utf-8", "replace").decode()
            response = target.query(text, token=token, RESPONSEFORMAT="arrow", MAXREC="100")
            codes[response.status_code] += 1
            if response.status_code != 200:
                _refused(response, text)
    assert set(neighbour.codes) <= {200}
    assert codes[200] >= 40, codes


def test_a_stranger_learns_nothing_of_what_there_is(target: RunningArchive) -> None:
    answers = [
        target.query(f"SELECT * FROM {name}", RESPONSEFORMAT="arrow")
        for name in ("information_schema.tables", "duckdb_secrets", "mydb.x", "user_a.b", "no.such")
    ]
    assert {one.status_code for one in answers} == {401}
    assert all("without a token" in one.json()["detail"] for one in answers)


def test_no_file_but_the_data_has_been_opened(folder: Path, target: RunningArchive) -> None:
    """Runs last: the calls of all hostile statements, and of all workers that came after lost ones."""
    if (why := tracing_obstacle()) is not None:
        pytest.skip(why)
    assert target.stop() == 0
    is_library = libraries()
    readers, lookups = set[int](), Counter[int]()
    strange = []
    seen = 0
    for call in calls(folder / "calls.txt"):
        seen += 1
        if call.name == "connect":
            is_fine = "nscd/socket" in call.path or call.path == "127.0.0.1"
        elif call.path == "/etc/passwd":
            # Python looks its account up when it starts, before any statement comes.
            lookups[call.process] += 1
            is_fine = lookups[call.process] <= 3 and call.process not in readers
        else:
            is_fine = _is_expected(call, folder, is_library)
            if call.path.startswith(f"{folder}/public/"):
                readers.add(call.process)
        if not is_fine:
            strange.append(call.line)
    assert seen > 1_000
    assert not strange, "\n".join(sorted(set(strange))[:40])


def _is_expected(call: Call, folder: Path, is_library: Callable[[str], bool]) -> bool:
    """Say whether a call is for the data, the archive's own files or a library."""
    path = os.path.normpath(call.path)
    public, own = str(folder / "public"), str(folder / "own")
    if path == own or path.startswith(f"{own}/") or path in OF_ALL:
        return True
    if call.changes:
        return "/__pycache__" in path and is_library(path)
    return path == public or path.startswith(f"{public}/") or is_library(path)
