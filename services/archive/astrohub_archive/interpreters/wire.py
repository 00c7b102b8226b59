"""What server and interpreter say to each other through pipes.

The server's own words (the catalog, a text, a user's tables) are pickled. What an interpreter answers is
JSON: it has read a stranger's text, and nothing that it says may be more than names and values.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, BinaryIO

from ..adql import Language
from ..catalog import Catalog
from ..errors import ArchiveError, Position, QueryError, UnknownTable
from ..models import (
    Comparison,
    IdentifierFilter,
    Nearby,
    Partner,
    Pick,
    Region,
    ResultColumn,
    Scan,
    Schema,
    Statement,
)
from ..settings import Limits

__all__ = [
    "LENGTH",
    "Question",
    "Task",
    "frame",
    "read_answer",
    "read_frame",
    "write_answer",
    "write_failure",
    "write_incident",
]

LENGTH = struct.Struct("!I")
_FAULTS: dict[str, type[QueryError]] = {QueryError.slug: QueryError, UnknownTable.slug: UnknownTable}


@dataclass(frozen=True)
class Task:
    """What an interpreter is told once.

    Parameters
    ----------
    catalog
        What is public.
    limits
        What a query may ask for, and how long understanding it may take.
    """

    catalog: Catalog
    limits: Limits


@dataclass(frozen=True)
class Question:
    """One text, and the schemas that there are for its author besides the public ones, or in their place."""

    text: str
    own: tuple[Schema, ...] = ()
    language: Language = Language.ADQL

    def catalog(self, public: Catalog) -> Catalog:
        """Return all that the author may query; own tables are found by their full names only."""
        for schema in self.own:
            known = any(schema.name == other.name for other in public.schemas)
            public = public.with_schema(schema, qualified_only=not known)
        return public


def frame(content: bytes) -> bytes:
    """Return a content with its length before it."""
    return LENGTH.pack(len(content)) + content


def read_frame(stream: BinaryIO) -> bytes | None:
    """Return the next content; None when the other side has gone."""
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    content = stream.read(length)
    return content if len(content) == length else None


def write_answer(statement: Statement) -> bytes:
    """Return a statement as bytes; its tables by name."""
    scans = [
        {
            "alias": scan.alias,
            "table": [scan.table.schema, scan.table.name],
            "columns": scan.columns,
            "region": scan.region and asdict(scan.region),
            "identifiers": scan.identifiers and asdict(scan.identifiers),
            "partner": scan.partner and asdict(scan.partner),
            "nearby": scan.nearby and asdict(scan.nearby),
        }
        for scan in statement.scans
    ]
    columns = [asdict(column) for column in statement.columns]
    pick = statement.pick and asdict(statement.pick)
    said = {"sql": statement.sql, "scans": scans, "columns": columns, "top": statement.top, "pick": pick}
    return _encode(said)


def write_failure(failure: QueryError) -> bytes:
    """Return a refusal as bytes."""
    slug = failure.slug if failure.slug in _FAULTS else QueryError.slug
    position = failure.position and asdict(failure.position)
    return _encode(
        {"fault": slug, "message": failure.message, "position": position, "suggestion": failure.suggestion}
    )


def write_incident(sentence: str) -> bytes:
    """Return a fault of ours as bytes."""
    return _encode({"incident": sentence})


def read_answer(content: bytes, catalog: Catalog) -> Statement:
    """Return the statement that an interpreter has sent.

    Raises
    ------
    QueryError, UnknownTable
        When it has refused the text.
    ArchiveError
        When it has failed through a fault of ours.
    """
    said = json.loads(content)
    if "incident" in said:
        raise ArchiveError(said["incident"])
    if "fault" in said:
        position = said["position"] and Position(**said["position"])
        raise _FAULTS[said["fault"]](said["message"], position=position, suggestion=said["suggestion"])
    return Statement(
        sql=said["sql"],
        scans=tuple(_scans(said["scans"], catalog)),
        columns=tuple(ResultColumn(**column) for column in said["columns"]),
        top=said["top"],
        pick=said["pick"] and _pick(said["pick"]),
    )


def _pick(said: dict[str, Any]) -> Pick:
    comparisons = tuple(Comparison(**one) for one in said["comparisons"])
    return Pick(tuple(said["columns"]), said["is_open"], comparisons)


def _scans(said: Iterable[dict[str, Any]], catalog: Catalog) -> Iterable[Scan]:
    for scan in said:
        table = catalog.table(*scan["table"])
        assert table is not None  # an interpreter names what it was given
        region, identifiers = scan["region"], scan["identifiers"]
        yield Scan(
            alias=scan["alias"],
            table=table,
            columns=tuple(scan["columns"]),
            region=region and Region(region["kind"], tuple(region["values"])),
            identifiers=identifiers and IdentifierFilter(identifiers["column"], tuple(identifiers["values"])),
            partner=scan["partner"] and Partner(**scan["partner"]),
            nearby=scan["nearby"] and Nearby(**scan["nearby"]),
        )


def _encode(content: dict[str, Any]) -> bytes:
    return json.dumps(content).encode()
