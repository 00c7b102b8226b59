"""The columns of a table that is being loaded: agreed upon by all of its files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from ...errors import ArchiveError, CatalogError
from ...formats.shape import Shape
from ...models import HEALPIX_COLUMN, ResultColumn
from ...table_files.described import kept_shape
from ...table_files.rows import Rows
from .names import column_names
from .sources import SourceFile

__all__ = ["Columns", "FileColumns", "agree"]


@dataclass(frozen=True)
class FileColumns:
    """The columns of one file: which of them are loaded, and in which shape their rows come."""

    kept: tuple[int, ...]
    shape: Shape

    def fit(self, batch: pa.RecordBatch, schema: pa.Schema, source: SourceFile) -> pa.Table:
        """Return rows of the file as rows of the table.

        Raises
        ------
        CatalogError
            When a value does not fit into its column.
        """
        try:
            arrays = [batch.column(number) for number in self.kept]
            named = pa.RecordBatch.from_arrays(arrays, names=self.shape.schema.names)
            rows = pa.Table.from_batches([self.shape.fit(named)])
            return rows.select(schema.names).cast(schema)
        except (ArchiveError, pa.ArrowException) as e:
            said = str(e).split("; cast it")[0]
            raise CatalogError(f"A value in the file {source.path} does not fit. {said}") from e


@dataclass(frozen=True)
class Columns:
    """The columns of the table.

    Attributes
    ----------
    schema
        Names and types.
    words
        What the files say of each.
    renamed
        Columns of the files that have another name in the table.
    """

    schema: pa.Schema
    words: tuple[ResultColumn, ...]
    renamed: Mapping[str, str]

    def find(self, wanted: str) -> str:
        """Return the column that an operator means, by its name in the file or in the table.

        Raises
        ------
        CatalogError
            When there is none.
        """
        for name in (wanted, self.renamed.get(wanted, wanted)):
            if name in self.schema.names:
                return name
        alike: list[str] = [name for name in self.schema.names if name.lower() == wanted.lower()]
        if len(alike) == 1:
            return alike[0]
        raise CatalogError(f"There is no column {wanted}; the columns are {self.listed()}.")

    def listed(self) -> str:
        """Return the names, some of them if they are many."""
        names: list[str] = self.schema.names
        return ", ".join(names[:40]) + (f" and {len(names) - 40} more" if len(names) > 40 else "")


def agree(files: Sequence[tuple[SourceFile, Rows]]) -> tuple[Columns, tuple[FileColumns, ...]]:
    """Return the columns of a table that is in several files.

    Raises
    ------
    CatalogError
        When the files do not have the same columns, or one that no table can have.
    """
    first = files[0]
    kept = [_kept(rows.schema) for _, rows in files]
    renamed = column_names(rows_name for rows_name in _names(first[1].schema, kept[0]))
    shapes = []
    for (source, rows), numbers in zip(files, kept, strict=True):
        _check_same(first, (source, rows), set(renamed), set(_names(rows.schema, numbers)))
        fields = [rows.schema.field(number) for number in numbers]
        try:
            shapes.append(kept_shape(pa.schema([f.with_name(renamed[f.name]) for f in fields])))
        except ArchiveError as e:
            raise CatalogError(f"The file {source.path} cannot be loaded. {e}") from e
    schema = pa.schema(
        [_common(name, shapes, files) for name in shapes[0].schema.names]  # in the first file's order
    )
    words = tuple(shapes[0].columns)
    differing = {old: new for old, new in renamed.items() if old != new}
    parts = (FileColumns(tuple(n), shape) for n, shape in zip(kept, shapes, strict=True))
    return Columns(schema, words, differing), tuple(parts)


def _kept(schema: pa.Schema) -> list[int]:
    """Return the numbers of the columns that are loaded: what HATS adds to a file is made anew."""
    return [number for number, name in enumerate(schema.names) if name != HEALPIX_COLUMN]


def _names(schema: pa.Schema, numbers: Sequence[int]) -> list[str]:
    return [schema.field(number).name for number in numbers]


def _check_same(
    first: tuple[SourceFile, Rows], other: tuple[SourceFile, Rows], wanted: set[str], there: set[str]
) -> None:
    if other[0] is first[0]:
        twice = sorted(n for n in there if other[1].schema.names.count(n) > 1)
        if twice:
            raise CatalogError(f"The file {other[0].path} has more than one column {twice[0]}; rename one.")
        return
    for name in sorted(wanted - there):
        raise CatalogError(f"The file {other[0].path} has no column {name}, but {first[0].path} has.")
    for name in sorted(there - wanted):
        raise CatalogError(f"The file {other[0].path} has a column {name}, but {first[0].path} has not.")


def _common(name: str, shapes: Sequence[Shape], files: Sequence[tuple[SourceFile, Rows]]) -> pa.Field:
    types = [shape.schema.field(name).type for shape in shapes]
    common = types[0]
    for number, kind in enumerate(types[1:], 1):
        if kind == common:
            continue
        if not (_is_number(kind) and _is_number(common)):
            raise CatalogError(
                f"The column {name} is {common} in {files[0][0].path}, but {kind} in "
                f"{files[number][0].path}; let both hold the same."
            )
        unified = pa.unify_schemas(
            [pa.schema([pa.field(name, one)]) for one in (common, kind)], promote_options="permissive"
        )
        common = unified.field(name).type
        if pa.types.is_float32(common):
            common = pa.float64()
    return pa.field(name, common)


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))
