"""An archive's interpreters and workers, asked thousands of statements; a program, so as to be watched."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from astrohub_archive.catalog import load_catalog
from astrohub_archive.catalog.tap_schema import publish as publish_tap_schema
from astrohub_archive.engine import Pool
from astrohub_archive.errors import ArchiveError, QueryTimeout
from astrohub_archive.formats import find_format
from astrohub_archive.interpreters.pool import Interpreters
from astrohub_archive.settings import Limits

from ..engine.conftest import ACCOUNT, small
from .mutations import mutated

__all__ = ["BEGIN", "END"]

BEGIN, END = "/mark/of/the/first/statement", "/mark/of/the/last/statement"
"""Names of files that there are not: opening them shows in the list of calls where the statements were."""
_AT_ONCE = 6
_DEADLINE_S = 2.0
_INSIDE = ("Traceback", "duckdb", "sqlglot", "scan_", "\n", "\x1b", "Binder", "Catalog Error", "Expected")


@dataclass
class Findings:
    """What became of the statements, and what should not have."""

    outcomes: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def refused(self, text: str, error: ArchiveError) -> None:
        """Note a refusal, and what is wrong with how it is said."""
        self.outcomes[error.slug] += 1
        said = error.message
        is_plain = (
            said[-1:] in ".?"
            and 10 < len(said) <= 420
            and not any(word in said and word not in text for word in _INSIDE)
        )
        if not is_plain or (error.status >= 500 and not isinstance(error, QueryTimeout)):
            self.faults.append(f"{error.status} {said!r}: {text!r}")


@dataclass
class _Service:
    interpreters: Interpreters
    pool: Pool

    async def ask(self, text: str, findings: Findings, *, is_run: bool) -> None:
        """Let a statement be understood and, if it is, perhaps run."""
        try:
            statement = await self.interpreters.understand(text)
            if not is_run:
                findings.outcomes["understood"] += 1
                return
            form = find_format("arrow")
            answer = await self.pool.run(
                statement, fmt=form, maxrec=1_000, timeout_s=_DEADLINE_S, lane="quick"
            )
            async for _ in answer.chunks():
                pass
            if answer.failure is not None:
                raise answer.failure
        except ArchiveError as e:
            findings.refused(text, e)
        else:
            findings.outcomes["answered"] += 1


@asynccontextmanager
async def _service(folder: Path) -> AsyncIterator[_Service]:
    catalog = publish_tap_schema(load_catalog(folder / "public"), folder / "own")
    made = _Service(
        Interpreters(catalog, Limits()),
        Pool(small(threads=1), folder / "public", folder / "own", account=ACCOUNT),
    )
    await made.interpreters.start()
    await made.pool.start()
    try:
        yield made
    finally:
        await made.pool.stop()
        await made.interpreters.stop()


def _mark(path: str) -> None:
    with contextlib.suppress(OSError):
        os.close(os.open(path, os.O_RDONLY))


def _children() -> set[int]:
    """Return the interpreters and workers that live."""
    listed = Path(f"/proc/{os.getpid()}/task").glob("*/children")
    return {int(pid) for file in listed for pid in file.read_text().split()}


async def _drive(folder: Path, seed: str, count: int) -> dict[str, Any]:
    findings = Findings()
    async with _service(folder) as service:
        # The first ones find the workers' libraries being loaded.
        for text in ("SELECT TOP 1 id FROM star", "SELECT TOP 1 ra FROM small.obs", "SELECT id FROM star"):
            await service.ask(text, Findings(), is_run=True)
        numbers = iter(range(count))

        async def work() -> None:
            for number in numbers:
                await service.ask(mutated(f"{seed}-{number}"), findings, is_run=number % 5 < 3)

        before = _children()
        _mark(BEGIN)
        await asyncio.gather(*(work() for _ in range(_AT_ONCE)))
        _mark(END)
        lost = before - _children()
    return {"outcomes": findings.outcomes, "faults": findings.faults, "lost": len(lost)}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_drive(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])))))  # noqa: T201
