"""Every notebook of the collection runs from top to bottom on a real platform, as the tester finds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.support.door import CLONE
from tests.support.platform import RunningPlatform

USER = "student1"
COLLECTION = CLONE / "notebooks-latest"


def test_every_notebook_passes_the_tester(platform: RunningPlatform, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    command = [str(Path(sys.prefix) / "bin" / "nbtester"), "run", "--no-outputs", "--json", str(report)]
    variables = {"ASTROHUB_URL": platform.url, "ASTROHUB_TOKEN": platform.token(USER), "HOME": str(tmp_path)}
    done = subprocess.run(
        [*command, str(COLLECTION)],
        cwd=tmp_path,
        env=os.environ | variables | {"PATH": f"{Path(sys.prefix) / 'bin'}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(list(COLLECTION.glob("*/*.ipynb"))) >= 6
    assert json.loads(report.read_text(encoding="utf-8"))
