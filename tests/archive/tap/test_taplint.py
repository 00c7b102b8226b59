"""What the Virtual Observatory's own judge says of the service."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from ...support.running_archive import RunningArchive

STAGES = "CPV CAP AVV TMV TME TMS TMC QGE QPO QAS UWS MDQ UPL EXA"


@pytest.mark.skipif(shutil.which("stilts") is None, reason="stilts is not installed (Debian package stilts)")
def test_taplint_finds_no_error(archive: RunningArchive) -> None:
    done = subprocess.run(
        ["stilts", "taplint", f"tapurl={archive.tap}", f"stages={STAGES}", "report=EF"],
        capture_output=True,
        text=True,
        timeout=240,
    )
    faults = [line for line in done.stdout.splitlines() if re.match(r"[EF]-", line)]
    assert "Totals: Errors: " in done.stdout, done.stderr
    assert not faults, "\n".join(faults)
