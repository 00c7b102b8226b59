"""What the Virtual Observatory's own judge says of the service."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from ...support.running_archive import RunningArchive

CONFORMANCE = Path(__file__).parents[3] / "docs" / "conformance.md"
STAGES = "TMV TME TMS TMC CPV CAP AVV QGE QPO QAS UWS MDQ OBS LOC UPL EXA"
# Some stages have no summary when all is well: what they say once they have begun their work instead.
PROOFS = {"TMC": "Section TMC", "CAP": "I-CAP", "UWS": "I-UWS-VUWS", "LOC": "F-LOC-NOTP", "UPL": "I-UPL-QJOB"}
ALLOWED = {"F-LOC-NOTP"}
"""That there is no table ivoa.obsplan (ObsLocTAP): nothing is observed here."""

pytestmark = pytest.mark.skipif(
    shutil.which("stilts") is None, reason="stilts is not installed (Debian package stilts)"
)


@pytest.fixture(scope="module")
def report(archive: RunningArchive) -> str:
    """Everything that all stages report."""
    done = subprocess.run(
        ["stilts", "taplint", f"tapurl={archive.tap}", f"stages={STAGES}", "report=EFWSI"],
        capture_output=True,
        text=True,
        timeout=550,
    )
    assert "Totals: Errors: " in done.stdout, done.stderr
    return done.stdout


def _lines(report: str, kinds: str) -> dict[str, str]:
    """Return the reports of some kinds by their codes, numbers left out."""
    return {found[1]: found[0] for found in re.finditer(rf"(?m)^([{kinds}]-\w{{3}}-\w{{4}})-\w+ .*$", report)}


def test_taplint_finds_no_error(report: str) -> None:
    faults = {code: line for code, line in _lines(report, "EF").items() if code not in ALLOWED}
    assert not faults, "\n".join(faults.values())


def test_no_stage_is_passed_over(report: str) -> None:
    assert "I-OBS-NODM" not in report
    for stage in re.findall(r"\w+", STAGES):
        assert PROOFS.get(stage, f"\nS-{stage}-") in report, stage
    assert re.search(r"S-OBS-COLS-\d+ ivoa.ObsCore columns: 30/30 required", report)


def test_each_warning_is_explained(report: str) -> None:
    explained = set(re.findall(r"(?m)^\| `(W-\w{3}-\w{4})` \|", CONFORMANCE.read_text(encoding="utf-8")))
    assert set(_lines(report, "W")) == explained
