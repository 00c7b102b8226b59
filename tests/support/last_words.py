"""What the programs behind a failed test have written last, to be read below its failure."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

__all__ = ["last_lines", "last_words"]

_LINES, _LINES_OF_MANY = 25, 8
_WIDTH = 400


def last_words(item: pytest.Item) -> Iterator[tuple[str, str]]:
    """Yield a title and the last lines of the log of each fixture of a test that has one."""
    seen: set[str] = set()
    for name, value in _fixtures(item).items():
        for title, text in _logs(name, value):
            if text and text not in seen:
                seen.add(text)
                yield f"Last words of {title}", text


def last_lines(log: str | Path, count: int = _LINES) -> str:
    """Return the last lines of a log, none of them endless."""
    with suppress(OSError):
        text = log.read_text(encoding="utf-8", errors="replace") if isinstance(log, Path) else log
        return "\n".join(line[:_WIDTH] for line in text.splitlines()[-count:])
    return ""


def _fixtures(item: pytest.Item) -> dict[str, object]:
    """Return all fixtures by name, also those that only other fixtures asked for."""
    request = getattr(item, "_request", None)
    made = getattr(request, "_fixture_defs", {})
    results = {name: one.cached_result for name, one in made.items()}
    return {name: result[0] for name, result in results.items() if result and result[2] is None}


def _logs(name: str, value: object) -> Iterator[tuple[str, str]]:
    """Yield the logs of a program that a test runs: its `log`, or all in the folder `data/logs`."""
    data = getattr(value, "data", None)
    if isinstance(data, Path):
        for file in sorted((data / "logs").rglob("*.log")):
            yield f"{name}: {file.name}", last_lines(file, _LINES_OF_MANY)
    else:
        with suppress(OSError):
            log = getattr(value, "log", None)
            if isinstance(log, str | Path):
                yield name, last_lines(log)
