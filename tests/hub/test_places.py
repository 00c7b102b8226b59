"""Names of users become names of folders that cannot lead anywhere else."""

from __future__ import annotations

import pytest
from astrohub_hub import places
from astrohub_hub.settings import Settings
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize("name", ["researcher", "student1", "a.b", "a-b", "a_b", "_x"])
def test_ordinary_names_stay_as_they_are(name: str) -> None:
    assert places.folder_name(name) == name


@pytest.mark.parametrize(
    ("name", "folder"),
    [("..", "~2e."), (".", "~2e"), ("a b", "a~20b"), ("a/b", "a~2fb"), ("-rf", "~2drf"), ("é", "~c3~a9")],
)
def test_other_names_are_escaped(name: str, folder: str) -> None:
    assert places.folder_name(name) == folder


@given(st.text(min_size=1), st.text(min_size=1))
def test_no_name_leads_out_and_no_two_share_a_folder(one: str, other: str) -> None:
    first, second = places.folder_name(one), places.folder_name(other)
    assert first not in {".", ".."}
    assert not set("/\\\0 ~$") & set(first) - {"~"}
    assert (first == second) == (one == other)


def test_a_server_named_default_is_not_the_unnamed_one(settings: Settings) -> None:
    assert places.token_file(settings, "a") != places.token_file(settings, "a", "default")


def test_the_token_lies_outside_the_home(settings: Settings) -> None:
    assert places.home(settings, "a") not in places.token_file(settings, "a").parents
