"""The notebook collection as the Lab shows it: what is there, and a copy of one in the home."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from .errors import CannotCopy, NoNotebook

__all__ = ["Collection", "Notebook"]

_HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*\s*$", re.MULTILINE)
_NUMBER = re.compile(r"^\d+[_-]")
_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])|[_-]+")
_LARGEST_BYTES = 20_000_000

#: How headings, tables, code, HTML, emphasis and formulas begin.
_NO_PROSE = ("#", "|", "**", "```", "<", "__", "$")

#: How an item of a list begins.
_ITEM = re.compile(r"^[ ]*(?:\d+[.)]|[-*+])[ ]+", re.MULTILINE)


@dataclass(frozen=True)
class Notebook:
    """One notebook: its path in the collection, and what its first cells say."""

    path: str
    section: str
    title: str
    description: str
    keywords: tuple[str, ...]


class Collection:
    """A folder of numbered folders of notebooks; it is only read.

    Parameters
    ----------
    folder
        The collection, None where a site has none; it may be a link that is exchanged while this runs.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def listing(self) -> dict[str, Any]:
        """Say which notebooks there are, in the order of their numbers."""
        if self._folder is None or not self._folder.is_dir():
            return {"notebooks": [], "version": None}
        root = self._folder.resolve()
        return {
            "notebooks": [asdict(_describe(root, path)) for path in _notebooks(root)],
            "version": _version(root),
        }

    def copy(self, path: str, home: Path) -> str:
        """Copy a notebook into a home under a name that is free.

        Returns
        -------
        str
            The name of the copy.

        Raises
        ------
        NoNotebook
            When the collection holds no such notebook.
        CannotCopy
            When the home does not take it.
        """
        source = self._find(path)
        try:
            content = source.read_bytes()
            for number in range(1000):
                name = f"{source.stem}{f'-{number}' if number else ''}.ipynb"
                if _write_new(home / name, content):
                    return name
        except OSError as error:
            raise CannotCopy(source.name, error.strerror or "it cannot be written") from error
        raise CannotCopy(source.name, "there are a thousand copies already; delete some")

    def _find(self, path: str) -> Path:
        if self._folder is None:
            raise NoNotebook(path)
        root = self._folder.resolve()
        for known in _notebooks(root):
            if known.relative_to(root).as_posix() == path:
                return known
        raise NoNotebook(path)


def _notebooks(root: Path) -> list[Path]:
    found = root.glob("**/*.ipynb")
    return sorted(path for path in found if path.is_file() and not _hidden(path.relative_to(root)))


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _version(root: Path) -> str | None:
    try:
        return (root / "VERSION").read_text(encoding="utf-8").strip() or None
    except (OSError, UnicodeDecodeError):
        return None


def _describe(root: Path, path: Path) -> Notebook:
    place = path.relative_to(root)
    cells = _cells(path)
    prose = "\n\n".join(text for kind, text in cells if kind == "markdown")
    heading = _HEADING.search(prose)
    section = place.parts[0] if len(place.parts) > 1 else ""
    return Notebook(
        path=place.as_posix(),
        section=_readable(section),
        title=_plain(heading.group(1)) if heading else _readable(path.stem),
        description=_first_paragraph(prose[heading.end() :] if heading else prose),
        keywords=_keywords(cells),
    )


def _cells(path: Path) -> list[tuple[str, str]]:
    """Read the cells' kinds and texts; a file that is no notebook has none, and is listed by its name."""
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            return []
        cells = json.loads(path.read_bytes())["cells"]
        return [(str(cell["cell_type"]), "".join(cell["source"])) for cell in cells]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _keywords(cells: list[tuple[str, str]]) -> tuple[str, ...]:
    """Read `__keywords__` of the first cell that has it, as text: nothing is executed."""
    for _, text in cells[:3]:
        said = re.search(r"^__keywords__\s*=\s*(\[.*?\])", text, re.MULTILINE | re.DOTALL)
        if said:
            return tuple(re.findall(r"""["']([^"']+)["']""", said.group(1)))
    return ()


def _first_paragraph(prose: str) -> str:
    """Find the first sentences; a paragraph that leads over to a list takes the list along."""
    paragraphs = [paragraph.strip() for paragraph in re.split(r"\n\s*\n", prose)]
    for paragraph, following in zip(paragraphs, [*paragraphs[1:], ""], strict=True):
        if paragraph.startswith(_NO_PROSE) or _ITEM.match(paragraph):
            continue
        text = paragraph
        if not text.endswith((".", "!", "?")) and _ITEM.match(following):
            text += "\n" + _ITEM.sub("", following)
        text = _plain(" ".join(text.split()))
        if text.endswith((".", "!", "?")):
            return text if len(text) <= 300 else f"{text[:299]}…"
    return ""


def _plain(text: str) -> str:
    """Take the marks of Markdown away."""
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", text)
    return re.sub(r"[*`]+", "", text).strip()


def _readable(name: str) -> str:
    return _WORDS.sub(" ", _NUMBER.sub("", name)).strip()


def _write_new(path: Path, content: bytes) -> bool:
    """Write a file unless one of that name is there; one half written is taken away again."""
    try:
        with path.open("xb") as file:
            try:
                file.write(content)
            except OSError:
                path.unlink(missing_ok=True)
                raise
    except FileExistsError:
        return False
    return True
