"""Documents lead somewhere, decisions fit on one screen, every reader finds a page."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from . import documents
from .tree import ROOT, kept_files, read

MARKDOWN = [path for path in kept_files(".md") if not path.is_relative_to("tests/data")]
DECISIONS = [path for path in MARKDOWN if path.parent == Path("docs/decisions") and path.name != "README.md"]
GOOD_DECISION = "# Keep it\n\n## Status\n\n## Context\n\n## Decision\n\n## Consequences\n"


@pytest.mark.parametrize("path", MARKDOWN, ids=str)
def test_every_link_leads_somewhere(path: Path) -> None:
    faults = documents.dead_links(path, read(path) or "", ROOT)
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("path", DECISIONS, ids=str)
def test_a_decision_has_its_form(path: Path) -> None:
    faults = documents.decision_faults(path, read(path) or "")
    assert not faults, "\n".join(faults)


def test_decisions_are_numbered_once_and_without_gaps() -> None:
    numbers = Counter(int(path.name[:4]) for path in DECISIONS)
    assert sorted(numbers.elements()) == list(range(1, len(DECISIONS) + 1))


def test_the_list_of_decisions_is_complete() -> None:
    index = read(Path("docs/decisions/README.md")) or ""
    missing = [path.name for path in DECISIONS if f"({path.name})" not in index]
    assert not missing, f"Add to docs/decisions/README.md: {missing}"


@pytest.mark.parametrize("reader", ["user", "presenter", "operator", "developer"])
def test_every_reader_has_a_guide(reader: str) -> None:
    assert (ROOT / "docs/guide" / reader / "index.md").is_file()


def test_the_readme_fits_on_two_screens() -> None:
    assert len((read(Path("README.md")) or "").splitlines()) <= 120


@pytest.mark.parametrize("link", ["[a](missing.md)", "![a](b/missing.png)", "[a](#nowhere)"])
def test_a_dead_link_is_found(tmp_path: Path, link: str) -> None:
    (tmp_path / "page.md").write_text(f"# Here\n\n[fine](#here) `[code](missing.md)` {link}\n")
    faults = documents.dead_links(Path("page.md"), (tmp_path / "page.md").read_text(), tmp_path)
    assert len(faults) == 1


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("12-short.md", GOOD_DECISION),
        ("0001-a.md", GOOD_DECISION.replace("## Context\n\n", "")),
        ("0001-a.md", GOOD_DECISION.replace("# Keep it\n\n", "")),
        ("0001-a.md", GOOD_DECISION + "more\n" * 60),
    ],
)
def test_a_decision_of_another_form_is_found(name: str, text: str) -> None:
    assert documents.decision_faults(Path(name), text)
    assert not documents.decision_faults(Path("0001-keep-it.md"), GOOD_DECISION)
