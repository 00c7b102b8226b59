"""Every example of the user's guide is answered."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path

import duckdb
import pytest
from astrohub_archive.adql import Language, understand
from astrohub_archive.adql.functions import FUNCTIONS, GEOMETRY_NAMES
from astrohub_archive.adql.ivoa import IVOA_FUNCTIONS
from astrohub_archive.adql.q3c import POSTGRES_FUNCTIONS
from astrohub_archive.catalog import Catalog
from astrohub_archive.models import Statement
from astrohub_archive.settings import Limits
from astrohub_archive.tap.features import FEATURES, LANGUAGES

from .conftest import execute

GUIDE = (Path(__file__).parents[3] / "docs" / "guide" / "user" / "adql.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"(?ms)^```adql\n(.*?)^```", GUIDE)
POSTGRESQL_EXAMPLES = re.findall(r"(?ms)^```postgresql\n(.*?)^```", GUIDE)


def test_the_guide_has_examples() -> None:
    assert len(EXAMPLES) >= 30


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_an_example_is_answered(
    number: int, sample_read: Callable[[str], Statement], sample_database: duckdb.DuckDBPyConnection
) -> None:
    statement = sample_read(EXAMPLES[number])
    result = execute(statement, sample_database)
    assert [column[0] for column in result.description] == [column.name for column in statement.columns]
    result.fetchall()


@pytest.mark.parametrize("example", POSTGRESQL_EXAMPLES)
def test_an_example_in_postgresql_is_answered(
    example: str, sample_catalog: Catalog, limits: Limits, sample_database: duckdb.DuckDBPyConnection
) -> None:
    statement = understand(example, sample_catalog, limits, Language.POSTGRESQL)
    result = execute(statement, sample_database)
    assert [column[0] for column in result.description] == [column.name for column in statement.columns]
    result.fetchall()


@pytest.mark.parametrize("name", [*FUNCTIONS, *GEOMETRY_NAMES, *IVOA_FUNCTIONS])
def test_every_function_is_shown(name: str) -> None:
    assert any(_calls(name, example) for example in EXAMPLES)


@pytest.mark.parametrize("name", POSTGRES_FUNCTIONS)
def test_every_function_of_postgresql_is_shown(name: str) -> None:
    assert any(_calls(name, example) for example in POSTGRESQL_EXAMPLES)


def test_what_is_announced_is_what_there_is() -> None:
    adql, postgresql = LANGUAGES
    parts = {name for names in FEATURES.values() for name in names}
    assert set(GEOMETRY_NAMES) <= parts
    assert _names(adql.functions) == set(IVOA_FUNCTIONS)
    assert _names(postgresql.functions) == {*IVOA_FUNCTIONS, *POSTGRES_FUNCTIONS}


def _names(forms: Iterable[str]) -> set[str]:
    return {form.partition("(")[0].upper() for form in forms}


def _calls(name: str, example: str) -> bool:
    return re.search(rf"(?i)\b{name}\(", example) is not None
