"""Examples in Markdown: fenced blocks with a language, and where they stand."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

__all__ = ["ROOT", "Example", "examples_in"]

ROOT = Path(__file__).resolve().parents[2]
_FENCE = re.compile(r"(?ms)^(?P<indent> *)```(?P<language>[a-z]+)\n(?P<text>.*?)^(?P=indent)```$")


@dataclass(frozen=True)
class Example:
    """One fenced block of a page."""

    page: str
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def examples_in(page: str, *languages: str) -> list[Example]:
    """Return the blocks of a page that are written in one of some languages, without their indentation."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return [
        Example(
            page=page,
            line=text.count("\n", 0, found.start()) + 1,
            language=found["language"],
            text=re.sub(rf"(?m)^{found['indent']}", "", found["text"]),
        )
        for found in _FENCE.finditer(text)
        if found["language"] in languages
    ]
