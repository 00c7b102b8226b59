"""A run as one HTML file: no scripts, nothing from elsewhere, readable in the light and in the dark."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ..models import NotebookResult, Outcome, RunResult
from .files import replace_file
from .terminal import duration, memory

__all__ = ["RENDERED_LIMIT", "write_html"]

#: Bytes of rendered cells that one report takes; what comes later is only summarised.
RENDERED_LIMIT = 100_000_000
_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_SIGNS = {
    Outcome.PASSED: "✓",
    Outcome.SOFT: "~",
    Outcome.SKIPPED: "–",
    Outcome.FAILED: "✗",
    Outcome.STOPPED: "■",
}


@dataclass(frozen=True)
class _Entry:
    """One notebook as the page shows it."""

    anchor: str
    result: NotebookResult
    cells: Markup | None


def write_html(result: RunResult, file: Path, *, cells_of: str = "failed") -> None:
    """Write the report.

    Parameters
    ----------
    result
        The run. Cells are shown of those notebooks whose executed file is still there.
    file
        Where to write.
    cells_of
        `failed` shows the cells of what did not pass, `all` of everything, `none` of nothing.

    Raises
    ------
    TesterError
        If the file cannot be written.
    """
    folder = Path(str(resources.files(__package__)))
    environment = Environment(loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined)
    environment.filters |= {"duration": duration, "memory": memory, "plain": lambda text: _ANSI.sub("", text)}
    text = environment.get_template("page.html.j2").render(
        result=result,
        entries=_entries(result, cells_of),
        outcomes=list(Outcome),
        signs=_SIGNS,
        style=Markup((folder / "page.css").read_text(encoding="utf-8")),  # noqa: S704  our own file
    )
    with replace_file(file) as target:
        target.write(text.encode("utf-8", errors="replace"))


def _entries(result: RunResult, cells_of: str) -> list[_Entry]:
    entries = []
    left = RENDERED_LIMIT
    for number, notebook in enumerate(result.notebooks, start=1):
        cells = _cells(notebook, cells_of, str(number)) if left > 0 else None
        left -= len(cells or "")
        entries.append(_Entry(f"notebook-{number}", notebook, cells))
    return entries


def _cells(notebook: NotebookResult, cells_of: str, prefix: str) -> Markup | None:
    is_wanted = cells_of == "all" or (cells_of == "failed" and notebook.outcome is not Outcome.PASSED)
    if not is_wanted or notebook.executed is None or not notebook.executed.is_file():
        return None
    from .rendering import render_notebook  # nbconvert takes a second to import

    return Markup(render_notebook(notebook.executed, prefix))  # noqa: S704  reduced and cleaned there
