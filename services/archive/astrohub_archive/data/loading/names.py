"""Names: what a published table may be called, and what columns of a file are called in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ...catalog.obscore import OBSCORE
from ...catalog.reserved import RESERVED
from ...errors import CatalogError

__all__ = ["TableName", "column_names"]

_LONGEST = 64
_NAME = re.compile(rf"[A-Za-z][A-Za-z0-9_]{{0,{_LONGEST - 1}}}")
_OF_THE_ARCHIVE = frozenset(
    ("mydb", "tap_schema", "tap_upload", "ivoa", "uws", "public", "information_schema", "pg_catalog")
)
_OF_USERS = "user_"
# Beside the folders of its tables, a schema's folder holds the files that go with them.
_NOT_TABLES = frozenset(("files", "credits"))
_OF_CATALOGUES = frozenset(("_healpix_29", "_row", "_other", "norder", "dir", "npix"))
_LONGEST_COLUMN = 128


@dataclass(frozen=True)
class TableName:
    """The name of a published table, as a query writes it: `schema.table`."""

    schema: str
    table: str

    def __str__(self) -> str:
        return f"{self.schema}.{self.table}"

    @classmethod
    def parse(cls, text: str, *, taken: Iterable[str] = ()) -> TableName:
        """Read a name.

        Parameters
        ----------
        text
            What was given.
        taken
            Schemas that belong to the sample data.

        Raises
        ------
        CatalogError
            When no table of a site may be called that.
        """
        schema, dot, table = text.partition(".")
        if not dot or "." in table:
            raise CatalogError(
                f"{text!r} is not the name of a table: write SCHEMA.TABLE, such as survey.stars."
            )
        for word in (schema, table):
            _check(word)
        if (schema, table) == OBSCORE:
            return cls(schema, table)
        lower = schema.lower()
        if lower in _OF_THE_ARCHIVE or lower.startswith(_OF_USERS):
            raise CatalogError(
                f"The schema {schema} is reserved for the archive itself; choose another name."
            )
        if lower in {name.lower() for name in taken}:
            raise CatalogError(
                f"The schema {schema} belongs to the sample data, which are made anew; choose another name."
            )
        if table.lower() in _NOT_TABLES:
            raise CatalogError(f"A table cannot be called {table}: that is the folder of a schema's files.")
        return cls(schema, table)


def _check(word: str) -> None:
    if not _NAME.fullmatch(word):
        raise CatalogError(
            f"{word!r} is not a name that a query can write: it begins with a letter and holds letters, "
            f"digits and _, {_LONGEST} at most."
        )
    if word.lower() in RESERVED:
        raise CatalogError(f"{word} is a word of ADQL and cannot be a name; add something to it.")


def column_names(given: Iterable[str]) -> Mapping[str, str]:
    """Return the name that each column of a file has in the table.

    Names that a query could only write in quotes are changed as little as possible; of names that differ in
    case only, the later one gets a number.
    """
    chosen: dict[str, str] = {}
    taken = set(_OF_CATALOGUES)
    for number, name in enumerate(given, 1):
        plain = re.sub(r"\W+", "_", name.strip(), flags=re.ASCII).strip("_")[: _LONGEST_COLUMN - 5]
        plain = plain or f"col_{number}"
        if not plain[0].isalpha():
            plain = f"c_{plain}"
        distinct, count = plain, 2
        while distinct.lower() in taken:
            distinct, count = f"{plain}_{count}", count + 1
        taken.add(distinct.lower())
        chosen[name] = distinct
    return chosen
