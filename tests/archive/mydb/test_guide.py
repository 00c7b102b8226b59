"""The guide to tables of one's own does what it says, from its first example to its last."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from ...docs.examples import examples_in
from ..user_tables.test_pyvo import DEFINITION
from .own_tables import OwnTables

PAGE = "docs/guide/user/mydb.md"
TABLE = "from astropy.table import Table\ntable = Table({'id': [1, 2], 'flux': [0.5, 1.5]})\n"


def test_the_examples_run_one_after_the_other(mine: OwnTables, tmp_path: Path) -> None:
    assert mine.token is not None
    (tmp_path / "targets.csv").write_text("plate,ra,dec\n7,10.5,-5\n")
    (tmp_path / "more.csv").write_text("ra,plate\n11,008\n")
    (tmp_path / "definition.xml").write_bytes(DEFINITION.replace(b"mydb.targets", b"mydb.observed"))
    examples = examples_in(PAGE, "python")
    assert len(examples) > 4
    environment = {
        **os.environ,
        "HOME": str(tmp_path),
        "ASTROHUB_URL": mine.archive.base,
        "ASTROHUB_TOKEN": mine.token,
    }
    environment.pop("ASTROHUB_INTERNAL_URL", None)
    environment.pop("ASTROHUB_TOKEN_FILE", None)
    script = "\n".join([TABLE, *(example.text for example in examples)])
    result = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert result.returncode == 0, result.stderr
    assert "gaia_dr3_g10.gaia_source" in result.stdout
    assert mine.rows("SELECT plate, ra FROM mydb.targets ORDER BY ra") == [["7", "10.5"], ["008", "11"]]
    stars = mine.ask("GET", "/stars").json()
    assert (stars["position"], stars["indexes"]) == (["ra", "dec"], ["source_id"])
    assert mine.names() == ["measured", "stars", "stars_before", "targets"]
