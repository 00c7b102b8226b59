"""A change that somebody notices brings a fragment of one form."""

from __future__ import annotations

from pathlib import Path

import pytest

from . import documents
from .tree import kept_files, read

FRAGMENTS = [path for path in kept_files(under=("changelog.d",)) if path.name != "README.md"]


@pytest.mark.parametrize("path", FRAGMENTS, ids=str)
def test_a_fragment_has_its_form(path: Path) -> None:
    faults = documents.fragment_faults(path, read(path) or "")
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.md", "Fine."),
        ("A.added.md", "Fine."),
        ("a.added.md", "No stop"),
        ("a.added.md", ""),
        ("a.added.md", "* A list."),
        ("a.added.md", "Long.\n" * 6),
    ],
)
def test_a_fragment_of_another_form_is_found(name: str, text: str) -> None:
    assert documents.fragment_faults(Path(name), text)
    assert not documents.fragment_faults(Path("query-panel.added.md"), "Fine.\n")
