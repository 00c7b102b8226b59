"""Ten thousand statements that were queries once: nobody is lost over them, and no strange file is opened."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from astrohub_archive.data.readonly import remove

from ...support.catalogs import open_folder
from ...support.watched_calls import OF_ALL, calls, libraries, marked, tracer, tracing_obstacle
from ..answers import tables
from .driver import BEGIN, END

SEED = os.environ.get("ASTROHUB_FUZZ_SEED", "1")
COUNT = int(os.environ.get("ASTROHUB_FUZZ_COUNT", "10000"))
_ROOT = Path(__file__).parents[3]


def _strange(log: Path, folder: Path) -> set[str]:
    """Return calls, while statements came, for anything but the data, their own folder and libraries."""
    is_library = libraries()
    public, own = f"{folder}/public/", f"{folder}/own/"
    found = set()
    for call in marked(calls(log), BEGIN, END):
        is_read = not call.changes and (call.path.startswith((public, own)) or is_library(call.path))
        is_own = call.path.startswith(f"{own}tmp/workers/") or call.path in OF_ALL
        if not (is_read or is_own):
            found.add(call.line)
    return found


@pytest.mark.timeout(1200)
def test_ten_thousand_mutated_statements_harm_nothing() -> None:
    obstacle = tracing_obstacle()
    with open_folder() as folder:
        (folder / "public").mkdir()
        (folder / "own").mkdir()
        tables.publish(folder / "public")
        log = folder / "calls.txt"
        command = [sys.executable, "-m", f"{__package__}.driver", str(folder), SEED, str(COUNT)]
        command = command if obstacle else [*tracer(log), *command]
        ran = subprocess.run(command, cwd=_ROOT, stdout=subprocess.PIPE, text=True, timeout=1150)
        remove(folder / "public")
        assert ran.returncode == 0
        findings = json.loads(ran.stdout.splitlines()[-1])
        outcomes, faults = findings["outcomes"], findings["faults"]
        assert not faults, "\n".join([*faults[:20], str(outcomes)])
        assert findings["lost"] <= outcomes.get("timeout", 0), outcomes
        assert sum(outcomes.values()) == COUNT
        assert outcomes["answered"] >= COUNT / 5, outcomes
        if obstacle:
            pytest.skip(f"Nothing was lost; which files are opened was not seen: {obstacle}")
        strange = _strange(log, folder)
        assert not strange, "\n".join(sorted(strange)[:20])
