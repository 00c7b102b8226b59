"""Parameters are read as DALI says: names without case, empty ones not given."""

from __future__ import annotations

import pytest
from astrohub_archive.errors import UsageError
from astrohub_archive.ivoa.parameters import Parameters
from astrohub_archive.ivoa.times import parse_timestamp, timestamp


def test_names_have_no_case_and_empty_values_count_as_not_given() -> None:
    parameters = Parameters([("lang", "ADQL"), ("MaxRec", "5"), ("runid", "")])
    assert parameters.one("LANG") == "ADQL"
    assert parameters.integer("MAXREC") == 5
    assert parameters.one("RUNID") is None
    assert "RUNID" in parameters


def test_a_parameter_given_twice_differently_is_refused() -> None:
    with pytest.raises(UsageError, match="LANG was given more than once"):
        Parameters([("LANG", "ADQL"), ("lang", "PQL")]).one("LANG")
    assert Parameters([("LANG", "ADQL"), ("lang", "ADQL")]).one("LANG") == "ADQL"


@pytest.mark.parametrize(
    ("text", "sentence"), [("many", "whole number"), ("-1", "at least 0"), ("1.5", "whole")]
)
def test_a_number_that_is_none_is_named(text: str, sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        Parameters([("MAXREC", text)]).integer("MAXREC")


@pytest.mark.parametrize("text", ["2026-11-21T12:00:00Z", "2026-11-21T12:00:00", "2026-11-21T13:00:00+01:00"])
def test_times_are_utc_with_or_without_zone(text: str) -> None:
    assert timestamp(parse_timestamp(text, name="DESTRUCTION")) == "2026-11-21T12:00:00.000Z"


def test_a_time_that_is_none_is_named() -> None:
    with pytest.raises(UsageError, match="DESTRUCTION must be a time such as"):
        parse_timestamp("tomorrow", name="DESTRUCTION")
