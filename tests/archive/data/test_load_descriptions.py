"""Descriptions that somebody has edited keep every word of it when tables come and go."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from astrohub_archive.data.readonly import remove

from .loading import data, load

EDITED = """\
# The survey of our observatory.   Ask Ann before you change it.
name: site
description: >
  A survey
  of everything.
tables:
  # the stars come first
  - name: early   # named by history
    description: "Stars: all of them"
    columns:
      - {name: id, datatype: long, description: Number of the star}
      - name: ra
        datatype: double
        ivoa:unit: deg        # ICRS
      - name: dec
        datatype: double
        ivoa:unit: deg

# a word at the end
version: "3"
"""


@pytest.fixture
def public(tmp_path: Path) -> Iterator[Path]:
    """A folder with a table whose description has been edited."""
    folder = tmp_path / "public"
    load(folder, catalogue(tmp_path, "id,ra,dec\n1,10,20\n"), "--table", "site.early")
    path = folder / "site" / "site.yaml"
    path.chmod(0o644)
    path.write_text(EDITED, encoding="utf-8")
    yield folder
    remove(folder)


def catalogue(folder: Path, content: str) -> Path:
    path = folder / "catalogue.csv"
    path.write_text(content)
    return path


def described(public: Path) -> str:
    return (public / "site" / "site.yaml").read_text(encoding="utf-8")


def test_a_further_table_is_added_and_removed_again_without_a_change(public: Path, tmp_path: Path) -> None:
    load(public, catalogue(tmp_path, "nr,ra,dec,mag\n1,10,20,3.5\n"), "--table", "site.late")
    text = described(public)
    begin, end = text.split("  - name: late\n")
    assert begin == EDITED.split("\n# a word")[0]
    assert end.endswith('\n# a word at the end\nversion: "3"\n')
    assert [table["name"] for table in yaml.safe_load(text)["tables"]] == ["early", "late"]
    assert data("list", "--public", public).out.count("1 rows") == 2
    assert data("remove", "site.late", "--yes", "--public", public).code == 0
    assert described(public) == EDITED


def test_replacing_a_table_of_the_same_columns_leaves_the_text_alone(public: Path, tmp_path: Path) -> None:
    load(public, catalogue(tmp_path, "id,ra,dec\n1,1,2\n2,3,4\n"), "--table", "site.early", "--replace")
    kept = yaml.safe_load(described(public))
    assert kept["tables"][0]["columns"][0]["description"] == "Number of the star"
    assert "2 rows" in data("list", "--public", public).out


def test_replacing_a_table_of_other_columns_keeps_what_was_written_of_those_that_stay(
    public: Path, tmp_path: Path
) -> None:
    load(public, catalogue(tmp_path, "id,ra,dec,mag\n1,1,2,9.5\n"), "--table", "site.early", "--replace")
    text = described(public)
    assert text.startswith("# The survey of our observatory.   Ask Ann before you change it.\n")
    assert text.endswith('\n# a word at the end\nversion: "3"\n')
    table = yaml.safe_load(text)["tables"][0]
    assert table["description"] == "Stars: all of them"
    columns = {column["name"]: column for column in table["columns"]}
    assert list(columns) == ["id", "ra", "dec", "mag"]
    assert columns["id"]["description"] == "Number of the star"
    assert columns["ra"]["ivoa:unit"] == "deg"


@pytest.mark.parametrize(
    "text",
    ["name: site\ntables: []\n", "name: site\n", "name: site\ntables: [] # none yet\nversion: '1'\n"],
)
def test_a_description_without_tables_gets_its_first(text: str, public: Path, tmp_path: Path) -> None:
    remove(public / "site" / "early")
    (public / "site" / "site.yaml").write_text(text)
    load(public, catalogue(tmp_path, "id,ra,dec\n1,10,20\n"), "--table", "site.stars")
    content = yaml.safe_load(described(public))
    assert [table["name"] for table in content["tables"]] == ["stars"]
    assert content.get("version") == (yaml.safe_load(text).get("version"))


@pytest.mark.parametrize("text", ["name: [site", "- name: site\n", "name: site\ntables: [{name: a}]\n"])
def test_a_description_that_is_not_understood_is_left_as_it_is(
    text: str, public: Path, tmp_path: Path
) -> None:
    path = public / "site" / "site.yaml"
    path.write_text(text)
    words = ("load", catalogue(tmp_path, "id,ra,dec\n1,1,2\n"), "--table", "site.x", "--public", public)
    assert str(path) in data(*words).refusal
    assert path.read_text() == text
    assert sorted(one.name for one in (public / "site").iterdir()) == ["early", "site.yaml"]
