"""Every example of the user's guide is answered."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from astrohub_archive.adql.functions import FUNCTIONS, GEOMETRY_NAMES
from astrohub_archive.models import Statement

from .conftest import execute

GUIDE = (Path(__file__).parents[3] / "docs" / "guide" / "user" / "adql.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"(?ms)^```adql\n(.*?)^```", GUIDE)


def test_the_guide_has_examples() -> None:
    assert len(EXAMPLES) >= 30


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_an_example_is_answered(
    number: int, read: Callable[[str], Statement], database: duckdb.DuckDBPyConnection
) -> None:
    statement = read(EXAMPLES[number])
    result = execute(statement, database)
    assert [column[0] for column in result.description] == [column.name for column in statement.columns]
    result.fetchall()


@pytest.mark.parametrize("name", [*FUNCTIONS, *GEOMETRY_NAMES])
def test_every_function_is_shown_in_an_example(name: str) -> None:
    assert any(re.search(rf"\b{name}\(", example) for example in EXAMPLES)
