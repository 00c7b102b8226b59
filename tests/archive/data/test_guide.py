"""The commands of the operator's page on catalogues do what it says."""

from __future__ import annotations

import shlex
import shutil
from pathlib import Path

import pytest
from astrohub_archive.data.readonly import remove
from astropy.table import Table

from ...docs.examples import examples_in
from .loading import data

PAGE = "docs/guide/operator/data.md"


def test_the_commands_of_the_page_run_one_after_the_other(
    tmp_path: Path, sample_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Table({"id": [1, 2], "ra": [10.0, 11.0], "dec": [20.0, 21.0], "field": [7, 7]}).write("stars.fits")
    Path("epochs.csv").write_text("id,mjd,mag\n1,60000.5,15.2\n1,60001.5,15.4\n")
    shutil.copy(sample_data / "ivoa" / "obscore" / "obscore.parquet", "observations.parquet")
    tables, images = examples_in(PAGE, "sh")
    lines = [*tables.text.splitlines(), *images.text.splitlines()]
    assert len(lines) == 6
    said = []
    for line in lines:
        words = shlex.split(line)
        assert words[:2] == ["./astrohub", "data"]
        said.append(data(*words[2:], "--public", "public"))
        assert said[-1].code == 0, said[-1].err
    assert "Fast by identifier: id, field." in said[2].out
    assert [row.split()[:2] for row in said[3].out.splitlines()] == [
        ["survey.stars", "2"],
        ["survey.epochs", "2"],
    ]
    assert sorted(path.name for path in Path("public", "survey").iterdir()) == ["stars", "survey.yaml"]
    remove(tmp_path / "public")
