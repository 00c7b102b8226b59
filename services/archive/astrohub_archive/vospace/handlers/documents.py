"""The JSON of the files service: what is answered, what is asked, and how OpenAPI describes the rest."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel

from ...errors import UsageError
from ...ivoa.times import timestamp
from ..nodes import Listing, Node

__all__ = [
    "ACTION_BODY",
    "BYTES_ANSWER",
    "BYTES_BODY",
    "Action",
    "Copy",
    "Entry",
    "Folder",
    "MakeFolder",
    "Move",
    "Restore",
    "entry_of",
    "folder_of",
    "read_action",
]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, populate_by_name=True, frozen=True)


class Entry(_Model):
    """A file, a folder or a link."""

    name: str
    kind: Literal["file", "folder", "link"] = Field(description="Links are shown and never followed.")
    size: int = Field(description="Bytes of a file; 0 for all else.")
    modified: str = Field(description="When its content last changed, ISO 8601 in UTC.")
    writable: bool


class Space(_Model):
    """How full a home is."""

    used_bytes: int
    limit_bytes: int


class Folder(_Model):
    """A page of a folder, sorted by name."""

    path: str
    kind: Literal["folder"] = "folder"
    writable: bool = Field(description="Whether the caller may keep files in it.")
    entries: list[Entry]
    next: str | None = Field(description="What to give as `after` for the next page; null on the last.")
    omitted: int = Field(description="Entries left out because their names cannot be written.")
    quota: Space | None = Field(None, description="Of the caller's home, when the folder lies in it.")


class MakeFolder(_Model):
    """Make a folder."""

    action: Literal["mkdir"]


class Move(_Model):
    """Give a file or folder another name or place."""

    action: Literal["move"]
    to: str = Field(description="The new path.")
    replace: bool = Field(False, description="Whether what is there may be replaced; it can be restored.")


class Copy(_Model):
    """Copy a file, or a folder with all that is in it."""

    action: Literal["copy"]
    to: str = Field(description="The path of the copy.")
    replace: bool = Field(False, description="Whether what is there may be replaced; it can be restored.")


class Restore(_Model):
    """Put back what was deleted last under this path."""

    action: Literal["restore"]


Action = MakeFolder | Move | Copy | Restore
_ACTIONS: TypeAdapter[Action] = TypeAdapter(Annotated[Action, Field(discriminator="action")])

BYTES_ANSWER: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "A page of a folder, or the bytes of a file, always as an attachment.",
        "model": Folder,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    },
    206: {"description": "The part of the file that Range asks for."},
    304: {"description": "The file is still the one that If-None-Match names."},
}
BYTES_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
ACTION_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "oneOf": [
                        kind.model_json_schema(by_alias=True) for kind in (MakeFolder, Move, Copy, Restore)
                    ]
                }
            }
        },
    }
}


def read_action(body: bytes) -> Action:
    """Read what is to be done.

    Raises
    ------
    UsageError
        When it is not understood.
    """
    try:
        return _ACTIONS.validate_json(body)
    except ValidationError as e:
        fault = e.errors()[0]
        where = ".".join(str(part) for part in fault["loc"][1:]) or "action"
        raise UsageError(
            f"The action is not understood ({where}: {fault['msg']}). Send mkdir, move, copy or restore."
        ) from e


def entry_of(node: Node) -> Entry:
    """Return what is told of an entry."""
    return Entry(
        name=node.name,
        kind=node.kind,
        size=node.size,
        modified=timestamp(node.modified),
        writable=node.writable,
    )


def folder_of(listing: Listing) -> Folder:
    """Return what is told of a folder."""
    room = listing.room
    return Folder(
        path=listing.folder.path,
        writable=listing.folder.writable,
        entries=[entry_of(node) for node in listing.entries],
        next=listing.next,
        omitted=listing.omitted,
        quota=room and Space(used_bytes=room.used_bytes, limit_bytes=room.limit_bytes),
    )
