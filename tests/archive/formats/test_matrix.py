"""Every kind of value in every format: exact, or lost in the way that docs/conformance.md says."""

from __future__ import annotations

import math
from typing import Any

import pytest
from astrohub_archive.formats import FORMATS
from astrohub_archive.models import Outcome

from .hard_rows import KNOWN, ROWS, written
from .readers import READERS, Read, plain

WHOLE = {
    name: [plain(one) for one in column.to_pylist()]
    for name, column in zip(ROWS.schema.names, ROWS.columns, strict=True)
}
# What a format cannot tell from NULL.
NO_TEXT = {"name": [""], "plain": [""], "time": [""]}
NOT_A_NUMBER = {"mag": [math.nan], "ra": [math.nan], "point": [[math.nan] * 2, [None] * 2], "list": [[]]}
SAME_AS_NULL: dict[str, dict[str, list[Any]]] = {
    "votable": NO_TEXT | NOT_A_NUMBER,
    "votable/td": NO_TEXT | NOT_A_NUMBER,
    "votable/b": NO_TEXT | NOT_A_NUMBER,
    "fits": NO_TEXT | NOT_A_NUMBER,
    "ecsv": NO_TEXT | {"point": [[None] * 2], "list": [[]]},
    "csv": NO_TEXT | {"list": [[]]},
    "tsv": NO_TEXT | {"list": [[]]},
}
# Readers of XML and of ECSV make one line end of both kinds.
LINE_ENDS = {"votable/td", "ecsv"}
OVERFLOW = Outcome(ROWS.num_rows, overflow=True)


@pytest.fixture(scope="module")
def found() -> dict[str, Read]:
    """All formats, each with the rows in several batches, read."""
    return {form.name: READERS[form.name](written(form.name, OVERFLOW)) for form in FORMATS}


def same(value: Any, alike: list[Any]) -> Any:
    """Return a value in the form in which it is compared."""
    if isinstance(value, float) and math.isnan(value):
        value = "NaN"
    alike = ["NaN" if isinstance(one, float) and math.isnan(one) else one for one in alike]
    if isinstance(value, list):
        value = [same(one, []) for one in value]
        alike = [[same(part, []) for part in one] if isinstance(one, list) else one for one in alike]
    return None if value in alike else value


@pytest.mark.parametrize("column", ROWS.schema.names)
@pytest.mark.parametrize("form", [form.name for form in FORMATS])
def test_a_column_comes_back_as_it_was(found: dict[str, Read], form: str, column: str) -> None:
    alike = SAME_AS_NULL.get(form, {}).get(column, [])
    expected = [same(one, alike) for one in WHOLE[column]]
    if form in LINE_ENDS and column == "name":
        expected[-1] = expected[-1].replace("\r\n", "\n")
    if column == "mag":
        # Those that have single precision print as many digits as it has.
        got = [one if one is None or isinstance(one, str) else pytest.approx(one) for one in expected]
    else:
        got = expected
    assert [same(one, alike) for one in found[form].values[column]] == got


@pytest.mark.parametrize("form", [form.name for form in FORMATS if form.name not in ("csv", "tsv")])
def test_units_ucds_and_descriptions_come_along(found: dict[str, Read], form: str) -> None:
    about = found[form].about
    expected = {
        column.name: {
            word: value for word in ("unit", "ucd", "description") if (value := getattr(column, word))
        }
        for column in KNOWN
    }
    assert about == expected


@pytest.mark.parametrize("form", [form.name for form in FORMATS if form.name not in ("csv", "tsv")])
def test_a_cut_answer_says_so(found: dict[str, Read], form: str) -> None:
    assert found[form].status == "OVERFLOW"
    assert READERS[form](written(form, Outcome(ROWS.num_rows))).status == "OK"
