"""Changing a description file in one place: everything else in it stays as somebody wrote it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from ...errors import CatalogError
from .description import render_table

__all__ = ["Description"]


class Description:
    """The text of a schema's description.

    Parameters
    ----------
    path
        Its file.

    Raises
    ------
    CatalogError
        When it cannot be read, or is not a description.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self.text = path.read_text(encoding="utf-8")
            self._content: Any = yaml.safe_load(self.text)
            root = yaml.compose(self.text, Loader=yaml.SafeLoader)
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as e:
            said = " ".join(str(e).split())
            raise CatalogError(f"The description {path} cannot be read; mend it first: {said}") from e
        if not isinstance(self._content, dict) or not isinstance(root, yaml.MappingNode):
            raise CatalogError(f"The description {path} is not one of a schema; mend it first.")
        self._root = root

    def tables(self) -> list[dict[str, Any]]:
        """Return the tables that are described."""
        return list(self._content.get("tables") or ())

    def table(self, name: str) -> dict[str, Any] | None:
        """Return one of them, whatever the case of its name."""
        return next((one for one in self.tables() if str(one.get("name")).lower() == name.lower()), None)

    def with_table(self, table: Mapping[str, Any]) -> str:
        """Return the text with one table more, or in place of the one of the same name.

        Raises
        ------
        CatalogError
            When the text is laid out in a way that this does not understand.
        """
        node = self._tables_node()
        number = self._number(str(table["name"]))
        if node is None or not node.value:
            text = self._with_first(node, table)
        elif number is not None:
            start, stop = self._lines_of(node, number)
            indent = self._dash(node.value[number])
            text = self._replaced(start, stop, render_table(table, indent=indent))
        else:
            _, stop = self._lines_of(node, len(node.value) - 1)
            text = self._replaced(stop, stop, render_table(table, indent=self._dash(node.value[-1])))
        expected = [one for one in self.tables() if one.get("name") != table["name"]]
        return self._checked(text, [*expected, dict(table)])

    def without_table(self, name: str) -> str:
        """Return the text without a table.

        Raises
        ------
        CatalogError
            When it is not there, or the text is laid out in a way that this does not understand.
        """
        node, number = self._tables_node(), self._number(name)
        if node is None or number is None:
            raise CatalogError(f"{self.path} describes no table {name}.")
        start, stop = self._lines_of(node, number)
        text = self._replaced(start, stop, "")
        return self._checked(text, [one for one in self.tables() if one["name"].lower() != name.lower()])

    def _number(self, name: str) -> int | None:
        names = [str(one.get("name")).lower() for one in self.tables()]
        return names.index(name.lower()) if name.lower() in names else None

    def _tables_node(self) -> yaml.SequenceNode | None:
        for key, value in self._root.value:
            if key.value == "tables" and isinstance(value, yaml.SequenceNode):
                if value.flow_style and value.value:
                    raise CatalogError(
                        f"The tables in {self.path} are written in brackets; write them as a list with "
                        "dashes first."
                    )
                return value
        return None

    def _with_first(self, node: yaml.SequenceNode | None, table: Mapping[str, Any]) -> str:
        """Put a table where there was none: in place of `tables: []`, or at the end."""
        block = render_table(table, indent=0)
        for key, value in self._root.value:
            if key.value == "tables":
                end = self.text.find("\n", value.end_mark.index)
                rest = self.text[end + 1 :] if end >= 0 else ""
                return f"{self.text[: key.start_mark.index]}tables:\n{block}{rest}"
        return f"{self.text.rstrip()}\ntables:\n{block}"

    def _dash(self, item: yaml.Node) -> int:
        line = self.text.splitlines()[item.start_mark.line]
        return len(line) - len(line.lstrip(" "))

    def _lines_of(self, node: yaml.SequenceNode, number: int) -> tuple[int, int]:
        """Return the first line of an item, and the first behind it."""
        item = node.value[number]
        return item.start_mark.line, _last_line(item) + 1

    def _replaced(self, start: int, stop: int, block: str) -> str:
        lines = self.text.splitlines(keepends=True)
        if lines and not lines[-1].endswith("\n"):
            lines[-1] += "\n"
        return "".join([*lines[:start], block, *lines[stop:]])

    def _checked(self, text: str, tables: list[dict[str, Any]]) -> str:
        """Return a text that says what it should, and nothing else than before."""
        try:
            content = yaml.safe_load(text)
        except yaml.YAMLError:
            content = None
        by_name = sorted(tables, key=lambda one: str(one.get("name")))
        wanted = {**self._content, "tables": by_name}
        if isinstance(content, dict):
            found = content.get("tables") or []
            content = {**content, "tables": sorted(found, key=lambda one: str(one.get("name")))}
        if content != wanted:
            raise CatalogError(
                f"The description {self.path} is laid out in a way that cannot be changed without losing "
                "something; write its tables as a list with dashes, each key on a line of its own."
            )
        return text


def _last_line(node: yaml.Node) -> int:
    """Return the last line of what a node holds, without comments and blank lines behind it."""
    if not isinstance(node, yaml.CollectionNode) or not node.value or node.flow_style:
        mark = node.end_mark
        return mark.line - 1 if mark.column == 0 and mark.line > node.start_mark.line else mark.line
    if isinstance(node, yaml.MappingNode):
        return max(_last_line(part) for pair in node.value for part in pair)
    return max(_last_line(part) for part in node.value)
