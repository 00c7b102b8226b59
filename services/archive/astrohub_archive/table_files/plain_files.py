"""Files without astronomy in them: CSV and Parquet."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ..errors import UsageError
from .rows import Rows

__all__ = ["read_csv", "read_parquet"]

_CANDIDATES = "['BOOLEAN', 'BIGINT', 'HUGEINT', 'DOUBLE', 'TIMESTAMP', 'DATE', 'VARCHAR']"
_DELIMITERS = ",;\t|"
_ROWS_AT_ONCE = 65_536
_LONGEST_SAID = 300


def read_csv(path: Path, texts: Collection[str] = ()) -> Rows:
    """Read a CSV file in UTF-8 with names in its first line; types are those that fit all its rows.

    Parameters
    ----------
    path
        The file.
    texts
        Names, in lower case, of columns that are read as text whatever they look like.

    Raises
    ------
    UsageError
        When it is none.
    """
    skipped, delimiter, names = _first_line(path)
    engine = duckdb.connect(":memory:", config={"threads": 1})
    options = (
        f"header = true, skip = {skipped}, delim = '{delimiter}', quote = '\"', escape = '\"', "
        f"sample_size = -1, auto_type_candidates = {_CANDIDATES}"
    )
    file = str(path).replace("'", "''")
    source = f"read_csv('{file}', {options})"
    try:
        described = engine.sql(f"DESCRIBE SELECT * FROM {source}").fetchall()  # noqa: S608 -- a path of ours
        if len(described) != len(names):
            raise UsageError(
                f"The file cannot be read as CSV: its first line has {len(names):,} names, "
                f"but others have {len(described):,} values."
            )
        if given := _as_text(described, names, texts):
            source = f"read_csv('{file}', {options}, types = {{{given}}})"
            described = engine.sql(f"DESCRIBE SELECT * FROM {source}").fetchall()  # noqa: S608
        relation = engine.sql(f"SELECT {_selected(described)} FROM {source}")  # noqa: S608
        reader = relation.to_arrow_reader(_ROWS_AT_ONCE)
    except duckdb.Error as e:
        raise _not_csv(e, path) from e
    schema = pa.schema([field.with_name(name) for field, name in zip(reader.schema, names, strict=True)])
    return Rows(schema, _batches(reader, path))


def _first_line(path: Path) -> tuple[int, str, list[str]]:
    """Return how many lines stand before the line of names, what separates these, and the names."""
    skipped = 0
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for line in file:
                text = line.strip("\r\n")
                if text.strip() and not text.startswith("#"):
                    delimiter = max(_DELIMITERS, key=lambda one: len(_values(text, one)))
                    return skipped, delimiter, _values(text, delimiter)
                skipped += 1
    except (UnicodeDecodeError, csv.Error) as e:
        raise UsageError("The file cannot be read as CSV: it is not text in UTF-8.") from e
    raise UsageError("The file cannot be read as CSV: there is no line of names in it.")


def _values(line: str, delimiter: str) -> list[str]:
    return next(csv.reader([line], delimiter=delimiter), [])


def _as_text(described: list[tuple[str, str]], names: list[str], texts: Collection[str]) -> str:
    """Say to the engine, in its own names, which columns are text."""
    return ", ".join(
        "'" + engine_name.replace("'", "''") + "': 'VARCHAR'"
        for (engine_name, *_), name in zip(described, names, strict=True)
        if name.strip().lower() in texts
    )


def _selected(described: list[tuple[str, str]]) -> str:
    """Keep whole numbers beyond 64 bits as they were written, digit by digit."""
    return ", ".join(
        f"{_quoted(name)}::VARCHAR AS {_quoted(name)}" if kind == "HUGEINT" else _quoted(name)
        for name, kind, *_ in described
    )


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _batches(reader: pa.RecordBatchReader, path: Path) -> Iterator[pa.RecordBatch]:
    try:
        yield from reader
    except (duckdb.Error, pa.ArrowException, OSError) as e:
        raise _not_csv(e, path) from e


def _not_csv(error: Exception, path: Path) -> UsageError:
    lines = str(error).replace(str(path), "the file").split(" Error: ", 1)[-1].splitlines()
    said = next((line.strip() for line in lines if line.strip()), "it is damaged")
    if said.startswith("Error when sniffing"):
        said = "not every line has as many values as the first has names, or a quotation mark is not closed."
    return UsageError(f"The file cannot be read as CSV: {said[:_LONGEST_SAID]}")


def read_parquet(path: Path) -> Rows:
    """Read a Parquet file; metadata of its fields named as in the archive's own files are understood.

    Raises
    ------
    UsageError
        When it is none, or has columns of columns.
    """
    try:
        # What is read ahead stays in memory until the file is closed.
        file = pq.ParquetFile(path, page_checksum_verification=True, pre_buffer=False)
        schema = file.schema_arrow
    except (pa.ArrowException, OSError) as e:
        raise UsageError("The file cannot be read as Parquet: it is not complete or damaged.") from e
    for field in schema:
        if pa.types.is_struct(field.type) or pa.types.is_map(field.type):
            raise UsageError(f"The column {field.name} holds columns of its own; write each as a column.")
    fields = [field.with_type(_plain(field.type)).with_metadata(field.metadata) for field in schema]
    return Rows(pa.schema(fields), _parquet_batches(file, pa.schema(fields)))


def _parquet_batches(file: pq.ParquetFile, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    try:
        for batch in file.iter_batches(_ROWS_AT_ONCE):
            arrays = [
                pc.cast(array, field.type, safe=not pa.types.is_timestamp(field.type))
                for array, field in zip(batch.columns, schema, strict=True)
            ]
            yield pa.RecordBatch.from_arrays(arrays, schema=schema)
    except (pa.ArrowException, OSError) as e:
        raise UsageError("The file cannot be read as Parquet: some of its rows are damaged.") from e


def _plain(kind: pa.DataType) -> pa.DataType:
    """Return the type without a dictionary or a time zone; times are kept to the microsecond, in UTC."""
    if pa.types.is_dictionary(kind):
        return _plain(kind.value_type)
    if pa.types.is_timestamp(kind):
        return pa.timestamp("us")
    return kind
