"""Writing the Parquet files of a HATS catalogue, and the metadata that stand beside them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

__all__ = ["ROW_GROUP_ROWS", "Dataset", "encodings"]

ROW_GROUP_ROWS = 8192


class Dataset:
    """The folder `dataset/` of one catalogue, written file by file and closed by its metadata.

    Parameters
    ----------
    folder
        The folder of the catalogue.
    schema
        The schema of every file in it.
    """

    def __init__(self, folder: Path, schema: pa.Schema) -> None:
        self.folder = folder / "dataset"
        self.schema = schema
        self.size_bytes = 0
        self._footers: list[pq.FileMetaData] = []
        self._encodings = encodings(schema)

    def write(self, relative: str, rows: pa.Table, *, plain: Sequence[str] = ()) -> None:
        """Write one file; it keeps the order of the rows.

        Columns that are to be `plain` lie in it as in memory, so that one number is read without the others.
        """
        path = self.folder / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        footers: list[pq.FileMetaData] = []
        # Told for each column pyarrow would want the paths of leaves, and pack nothing of a list.
        packing = {name: "none" if name in plain else "zstd" for name in self.schema.names}
        pq.write_table(
            rows.cast(self.schema),
            path,
            compression=packing if plain else "zstd",
            row_group_size=ROW_GROUP_ROWS,
            use_dictionary=False,
            write_page_checksum=True,
            column_encoding={**self._encodings, **dict.fromkeys(plain, "PLAIN")},
            metadata_collector=footers,
        )
        footers[0].set_file_path(relative)
        self._footers.extend(footers)
        self.size_bytes += path.stat().st_size

    def close(self) -> None:
        """Write `_metadata` (all footers in one) and `_common_metadata` (the schema)."""
        self.folder.mkdir(parents=True, exist_ok=True)
        pq.write_metadata(self.schema, self.folder / "_common_metadata")
        pq.write_metadata(self.schema, self.folder / "_metadata", metadata_collector=self._footers)


def encodings(schema: pa.Schema) -> dict[str, str]:
    """Return how the numbers of each column are written; other columns are written as they are."""
    found = {field.name: _encoding(field.type) for field in schema}
    return {name: word for name, word in found.items() if word}


def _encoding(kind: pa.DataType) -> str | None:
    if pa.types.is_floating(kind):
        return "BYTE_STREAM_SPLIT"
    if pa.types.is_integer(kind):
        return "DELTA_BINARY_PACKED"
    return None
