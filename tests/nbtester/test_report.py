"""The HTML report: nothing a notebook prints can run in it, and it needs nothing from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Browser

from ..support.chromium import running_chromium
from .collections_on_disk import make_notebook, nbtester

MARK = "document.title='pwned'"
SHOWN = (
    ("text/html", f'<script>{MARK}</script><img src=x onerror="{MARK}"><svg onload="{MARK}"></svg>'),
    ("text/html", f'<a href="javascript:{MARK}">a</a><iframe srcdoc="<script>parent.{MARK}</script>">'),
    ("text/html", f'<table><tr><th onclick="{MARK}">h</th></tr></table><style>body{{display:none}}</style>'),
    ("text/html", '<meta http-equiv=refresh content="0;url=https://example.org"><base href=//example.org>'),
    ("image/png", f'"><script>{MARK}</script>'),
    ("image/svg+xml", f'<svg onload="{MARK}"><script>{MARK}</script></svg>'),
    ("text/latex", f"<script>{MARK}</script>"),
    ("text/markdown", f"<script>{MARK}</script>"),
    ("application/javascript", MARK),
)
HOSTILE = (
    "from IPython.display import display\n"
    f"for kind, data in {SHOWN!r}:\n    display({{kind: data, 'text/plain': 'plain'}}, raw=True)\n"
    f"print({f'</pre><script>{MARK}</script>'!r})\n"
    f"raise ValueError({f'</pre><script>{MARK}</script>'!r})"
)


class _Elements(HTMLParser):
    """Lists elements and attributes of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a run over hostile notebooks."""
    folder = tmp_path_factory.mktemp("report")
    text = nbformat.v4.new_markdown_cell(
        f"# A heading <script>{MARK}</script>\n\n[l](javascript:{MARK}) <img src=x onerror={MARK}>\n\n- item"
    )
    raw = nbformat.v4.new_raw_cell(f"<script>{MARK}</script>", metadata={"raw_mimetype": "text/html"})
    picture = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()"
    make_notebook(folder / "c/<img src=x onerror=alert(1)>.ipynb", text, raw, picture, HOSTILE)
    make_notebook(folder / "c/good.ipynb", "1")
    assert nbtester("run", folder / "c", "--html", folder / "r.html", "--cells", "all").returncode == 1
    return folder / "r.html"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_chromium() as running:
        yield running


def test_the_page_holds_no_element_and_no_attribute_that_runs(report: Path) -> None:
    elements = _Elements(report.read_text()).tags
    assert not {tag for tag, _ in elements} & {
        "script",
        "iframe",
        "object",
        "embed",
        "form",
        "base",
        "svg",
        "link",
    }
    attributes = [(name, value or "") for _, given in elements for name, value in given.items()]
    assert not [name for name, _ in attributes if name.startswith("on") or name == "style"]
    assert not [value for _, value in attributes if "javascript:" in value.lower()]
    assert sum(tag == "style" for tag, _ in elements) == 1


def test_the_page_asks_for_nothing_from_elsewhere(report: Path) -> None:
    text = report.read_text()
    addresses = [
        value or ""
        for _, given in _Elements(text).tags
        for name, value in given.items()
        if name in {"src", "href", "srcset", "action", "data", "content"}
    ]
    assert addresses
    assert not [address for address in addresses if "//" in address and not address.startswith("data:image/")]
    assert "url(" not in text
    assert "default-src 'none'" in text


def test_nothing_runs_in_a_browser_even_without_our_policy(
    report: Path, browser: Browser, tmp_path: Path
) -> None:
    bare = tmp_path / "bare.html"
    bare.write_text(re.sub(r"<meta http-equiv[^>]*>", "", report.read_text()))
    for file in (report, bare):
        page = browser.new_page()
        asked: list[str] = []
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        page.goto(file.as_uri())
        assert page.title() == "Failed: notebooks of c"
        assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
        page.close()


def test_pictures_tables_and_text_of_a_notebook_are_there(report: Path, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(report.as_uri())
    for summary in page.query_selector_all("summary"):
        summary.click()
    assert page.is_visible("text=A heading")
    assert page.locator(".cells img[src^='data:image/png']").count() == 1
    assert page.locator(".cells th", has_text="h").count() == 1
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read_in_light_and_dark(report: Path, browser: Browser, scheme: str) -> None:
    page = browser.new_page(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(report.as_uri())
    paper = _luminance(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    for selector in ("body", "summary", ".badge.failed", ".badge.passed", "a", "pre"):
        colour = page.evaluate(f"getComputedStyle(document.querySelector('{selector}')).color")
        ink = _luminance(colour)
        assert (max(ink, paper) + 0.05) / (min(ink, paper) + 0.05) >= 4.5, (selector, colour)
    assert page.locator("html[lang]").count() == 1
    assert page.locator("h1").count() == 1
    assert page.locator("th:not([scope])").locator("visible=true").count() == 0
    page.close()


def _luminance(colour: str) -> float:
    """Return the relative luminance of a CSS colour (WCAG 2.2)."""
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
