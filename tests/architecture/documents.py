"""Documents: links that lead somewhere, decisions of one form, fragments of one form."""

from __future__ import annotations

import re
from pathlib import Path

__all__ = ["DECISION_LINES", "dead_links", "decision_faults", "fragment_faults", "heading_anchors"]

DECISION_LINES = 60
_SECTIONS = ["Status", "Context", "Decision", "Consequences"]
_KINDS = ("added", "changed", "fixed", "removed", "security")
_FRAGMENT = re.compile(rf"^[a-z0-9]+(-[a-z0-9]+)*\.({'|'.join(_KINDS)})\.md$")
_LINK = re.compile(r"!?\[[^\]]*\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)")
_CODE = re.compile(r"(?ms)^(```|~~~).*?^\1|`[^`\n]*`")


def heading_anchors(text: str) -> set[str]:
    """Return the anchors of a Markdown text's headings, as the usual renderers make them."""
    titles = re.findall(r"(?m)^#{1,6}\s+(.+?)\s*#*$", re.sub(r"(?ms)^(```|~~~).*?^\1", "", text))
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}


def dead_links(path: Path, text: str, root: Path) -> list[str]:
    """Find relative links of a Markdown file that lead to no file or to no heading."""
    faults = []
    for target in _LINK.findall(_CODE.sub("", text)):
        if re.match(r"^[a-z][a-z+.-]*:", target):
            continue
        name, _, anchor = target.partition("#")
        file = (root / path).parent / name if name else root / path
        if not file.exists():
            faults.append(f"{path}: the link to {target} leads to no file")
        elif (
            anchor
            and file.suffix == ".md"
            and anchor not in heading_anchors(file.read_text(encoding="utf-8"))
        ):
            faults.append(f"{path}: the link to {target} leads to no heading")
    return faults


def decision_faults(path: Path, text: str) -> list[str]:
    """Find what keeps a decision record from being one screen of the agreed form."""
    faults = []
    if not re.match(r"^\d{4}(-[a-z0-9]+)+\.md$", path.name):
        faults.append(f"{path}: name it NNNN-title-in-lower-case.md")
    sections = re.findall(r"(?m)^## (.+)$", text)
    if sections != _SECTIONS:
        faults.append(f"{path}: its sections are {', '.join(_SECTIONS)}, in this order; found {sections}")
    if not text.startswith("# "):
        faults.append(f"{path}: begin with the decision as a heading")
    if (lines := len(text.splitlines())) > DECISION_LINES:
        faults.append(f"{path}: {lines} lines, {DECISION_LINES} at most: one screen")
    return faults


def fragment_faults(path: Path, text: str) -> list[str]:
    """Find what keeps a changelog fragment from the form that changelog.d/README.md gives."""
    faults = []
    if not _FRAGMENT.match(path.name):
        faults.append(f"{path}: name it <what-it-is-about>.<{'|'.join(_KINDS)}>.md")
    lines = text.strip().splitlines()
    if not 1 <= len(lines) <= 5:
        faults.append(f"{path}: {len(lines)} lines; one to five")
    if lines and not lines[-1].rstrip().endswith("."):
        faults.append(f"{path}: end with a full stop")
    if any(line.startswith(("#", "- ", "* ")) for line in lines):
        faults.append(f"{path}: plain text, no heading and no list")
    return faults
