"""The cells of an executed notebook as HTML that cannot run anything: reduced, converted, cleaned."""

from __future__ import annotations

import binascii
import logging
import re
from base64 import b64decode
from pathlib import Path
from typing import Any

import bleach  # type: ignore[import-untyped]
import nbformat
from markupsafe import Markup
from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode

__all__ = ["render_notebook"]

#: Bytes of one picture, and characters of one text, that the report takes.
PICTURE_LIMIT = 2_000_000
TEXT_LIMIT = 50_000

_PICTURES = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}
_TAGS = frozenset(
    {"a", "abbr", "b", "blockquote", "br", "code", "dd", "div", "dl", "dt", "em", "hr", "i", "li", "ol", "p"}
    | {"h1", "h2", "h3", "h4", "h5", "h6", "pre", "s", "small", "span", "strong", "sub", "sup", "u", "ul"}
    | {"caption", "table", "tbody", "td", "tfoot", "th", "thead", "tr"}
)
_ATTRIBUTES = {
    **{"a": ["href", "title"], "abbr": ["title"], "td": ["colspan", "rowspan"]},
    **{"th": ["colspan", "rowspan", "scope"], "div": ["class"], "span": ["class"]},
}
#: Colours of a terminal beyond the plain ones; they would be unreadable in the dark.
_RICH_COLOUR = re.compile(r"\x1b\[[0-9;]*[34]8;[0-9;]*m")
#: Elements whose content is no text; cleaning alone would show it.
_NO_TEXT = re.compile(r"(?is)<(script|style|template)\b.*?(</\1\s*>|\Z)")


def render_notebook(file: Path, prefix: str) -> str:
    """Render the cells of a notebook as a fragment of HTML without scripts, styles and outside pictures.

    Parameters
    ----------
    file
        The executed notebook.
    prefix
        Begins the identifiers of the fragment, so that several fit into one page.
    """
    notebook = nbformat.read(file, as_version=4)  # type: ignore[no-untyped-call]
    notebook.metadata = _node({"language_info": {"name": "python", "pygments_lexer": "python"}})
    for number, cell in enumerate(notebook.cells, start=1):
        _reduce(cell)
        cell.id = f"{prefix}-{number}"
    exporter = HTMLExporter(  # type: ignore[no-untyped-call]
        template_name="basic",
        sanitize_html=True,
        exclude_anchor_links=True,
        mathjax_url="",
        require_js_url="",
        mermaid_js_url="",
        mermaid_layout_elk_js_url="",
        filters={"clean_html": _clean},
        log=_silent(),
    )
    body, _ = exporter.from_notebook_node(notebook)
    return body


def _clean(markup: Any) -> Markup:
    """Leave of a notebook's markup what a page of text needs: no scripts, styles, pictures or handlers."""
    text = _NO_TEXT.sub("", str(markup))
    cleaned = bleach.clean(text, tags=_TAGS, attributes=_ATTRIBUTES, strip=True, strip_comments=True)
    # A notebook's headings stand below those of the page.
    lowered = re.sub(r"<(/?)h([1-6])>", lambda found: f"<{found[1]}h{min(6, int(found[2]) + 2)}>", cleaned)
    return Markup(lowered)  # noqa: S704  cleaned


def _silent() -> logging.Logger:
    logger = logging.getLogger("nbtester.rendering")
    logger.addHandler(logging.NullHandler())
    logger.propagate = False
    return logger


def _node(values: dict[str, Any]) -> NotebookNode:
    return nbformat.from_dict(values)  # type: ignore[no-any-return, no-untyped-call]


def _reduce(cell: NotebookNode) -> None:
    """Take from a cell all that the report does not show."""
    cell.metadata = _node({})
    cell.pop("attachments", None)
    if cell.cell_type == "raw":
        cell.source = ""
    if cell.cell_type == "code":
        cell.execution_count = _number(cell.get("execution_count"))
        cell.outputs = [output for output in cell.outputs if _keep(output)]


def _keep(output: NotebookNode) -> bool:
    if output.output_type == "stream":
        output.name = "stderr" if output.name == "stderr" else "stdout"
        output.text = _cut(_RICH_COLOUR.sub("", output.text))
        return True
    if output.output_type == "error":
        output.traceback = [_cut(_RICH_COLOUR.sub("", "\n".join(output.traceback)))]
        return True
    if output.output_type not in {"display_data", "execute_result"}:
        return False
    output.metadata = _node({})
    if "execution_count" in output:
        output.execution_count = _number(output.execution_count)
    output.data = _node({kind: kept for kind, value in output.data.items() if (kept := _data(kind, value))})
    return bool(output.data)


def _data(kind: str, value: Any) -> str:
    text = value if isinstance(value, str) else "".join(value) if isinstance(value, list) else ""
    if kind in _PICTURES:
        return _picture(kind, text)
    if kind == "text/html":
        # Cutting markup in the middle could open it up again; its plain text is there besides.
        return text if len(text) <= TEXT_LIMIT else ""
    return _cut(text) if kind == "text/plain" else ""


def _picture(kind: str, text: str) -> str:
    """Return a picture's base64, if it is that and nothing else."""
    bare = "".join(text.split())
    try:
        content = b64decode(bare, validate=True)
    except (binascii.Error, ValueError):
        return ""
    return bare if content.startswith(_PICTURES[kind]) and len(content) <= PICTURE_LIMIT else ""


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) else None


def _cut(text: str) -> str:
    if len(text) <= TEXT_LIMIT:
        return text
    half = TEXT_LIMIT // 2
    return f"{text[:half]}\n… {len(text) - TEXT_LIMIT} characters left out …\n{text[-half:]}"
