"""Tables and columns as JSON: the words in which every protocol of our own describes them."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from ..models import Column

__all__ = ["ColumnDocument", "Document", "describe_columns"]


class Document(BaseModel):
    """A part of a JSON answer: snake_case here, camelCase there."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, populate_by_name=True, frozen=True)


class ColumnDocument(Document):
    """One column, in the words of VOTable."""

    name: str
    datatype: str
    arraysize: str | None = None
    unit: str | None = None
    ucd: str | None = None
    description: str = ""
    principal: bool = Field(False, description="Whether the column is among those to show first.")
    indexed: bool = Field(False, description="Whether a condition on the column is answered fast.")


def describe_columns(columns: Iterable[Column]) -> list[ColumnDocument]:
    """Return columns as they are described in an answer."""
    return [
        ColumnDocument(
            name=column.name,
            datatype=column.datatype,
            arraysize=column.arraysize,
            unit=column.unit,
            ucd=column.ucd,
            description=column.description,
            principal=column.principal,
            indexed=column.indexed,
        )
        for column in columns
    ]
