"""What lies on disk: HATS collections and plain Parquet files, read once and checked."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ..errors import CatalogError
from ..models import HEALPIX_COLUMN, HatsTable, IndexCatalog, Partition, PlainTable
from ..pages import PAGE_TABLE

__all__ = ["Stored", "read_storage"]

_MAGIC = b"PAR1"
_SMALLEST_BYTES = 12


@dataclass(frozen=True)
class Stored:
    """The files of one table: where they lie, what columns they have, how many rows."""

    storage: HatsTable | PlainTable
    columns: tuple[str, ...]
    rows: int


def read_storage(folder: Path) -> Stored:
    """Read what one table's folder holds: a HATS collection, a HATS catalogue, or Parquet files.

    Raises
    ------
    CatalogError
        When a file is missing or damaged; it names the file.
    """
    if not folder.is_dir():
        raise CatalogError(f"The folder {folder} does not exist.")
    if (folder / "collection.properties").exists():
        properties = _properties(folder / "collection.properties")
        primary = folder / _property(properties, "hats_primary_table_url", folder / "collection.properties")
        words = properties.get("all_indexes", "").split()
        indexes = {
            column: _read_index(folder / name, column)
            for column, name in zip(words[::2], words[1::2], strict=False)
        }
        return _read_hats(primary, indexes)
    if (folder / "hats.properties").exists() or (folder / "properties").exists():
        return _read_hats(folder, {})
    return _read_plain(folder)


def _read_hats(root: Path, indexes: Mapping[str, IndexCatalog]) -> Stored:
    file = next((root / name for name in ("hats.properties", "properties") if (root / name).exists()), None)
    if file is None:
        raise CatalogError(f"The HATS catalogue {root} has no hats.properties.")
    properties = _properties(file)
    suffix = properties.get("hats_npix_suffix", ".parquet")
    rows, footer = _read_footers(root)
    schema = footer.schema.to_arrow_schema()
    if HEALPIX_COLUMN not in schema.names:
        raise CatalogError(f"The files of {root} have no column {HEALPIX_COLUMN}; write them as HATS 1.0.")
    partitions = tuple(
        _partition(root, norder, npix, suffix, rows) for norder, npix in _read_partition_info(root)
    )
    stored_rows = sum(partition.rows for partition in partitions)
    promised = properties.get("hats_nrows")
    if promised is not None and int(promised) != stored_rows:
        raise CatalogError(f"The files of {root} hold {stored_rows} rows, but {file.name} says {promised}.")
    storage = HatsTable(
        root=root,
        ra_column=_property(properties, "hats_col_ra", file),
        dec_column=_property(properties, "hats_col_dec", file),
        partitions=partitions,
        indexes=indexes,
        unmeasured=_unmeasured(footer),
        is_paged=(root / "dataset" / PAGE_TABLE).is_file(),
    )
    return Stored(storage, tuple(schema.names), stored_rows)


def _read_footers(root: Path) -> tuple[dict[str, int], pq.FileMetaData]:
    """Return the rows of each file by its path in `dataset/`, and the footer of one or of all."""
    path = root / "dataset" / "_metadata"
    rows: dict[str, int] = {}
    if path.exists():
        combined = _footer(path)
        for number in range(combined.num_row_groups):
            group = combined.row_group(number)
            file = group.column(0).file_path
            rows[file] = rows.get(file, 0) + group.num_rows
        return rows, combined
    files = sorted((root / "dataset").glob("Norder=*/Dir=*/Npix=*"))
    if not files:
        raise CatalogError(f"The HATS catalogue {root} has no partitions.")
    footers = {file: _footer(file) for file in files}
    for file, footer in footers.items():
        rows[file.relative_to(root / "dataset").as_posix()] = footer.num_rows
    return rows, footers[files[0]]


def _unmeasured(footer: pq.FileMetaData) -> frozenset[str]:
    """Return the columns whose least and largest values are not told; one row group is like the others."""
    if not footer.num_row_groups:
        return frozenset()
    group = footer.row_group(0)
    chunks = [group.column(number) for number in range(group.num_columns)]
    return frozenset(chunk.path_in_schema.partition(".")[0] for chunk in chunks if not _is_measured(chunk))


def _is_measured(chunk: pq.ColumnChunkMetaData) -> bool:
    known = chunk.statistics
    return known is not None and (known.has_min_max or known.null_count == chunk.num_values)


def _read_partition_info(root: Path) -> list[tuple[int, int]]:
    path = root / "partition_info.csv"
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return [(int(line["Norder"]), int(line["Npix"])) for line in csv.DictReader(file)]
    except (OSError, KeyError, ValueError, TypeError) as e:
        raise CatalogError(f"The file {path} is not a list of partitions: {e}.") from e


def _partition(root: Path, norder: int, npix: int, suffix: str, rows: Mapping[str, int]) -> Partition:
    relative = f"Norder={norder}/Dir={npix // 10_000 * 10_000}/Npix={npix}{suffix}"
    path = root / "dataset" / relative
    if relative not in rows:
        raise CatalogError(f"The partition {path} is listed but unknown to the catalogue's metadata.")
    return Partition(norder, npix, path, rows[relative], _size_of(path))


def _read_index(root: Path, column: str) -> IndexCatalog:
    files = tuple(sorted((root / "dataset").rglob("*.parquet")))
    if not files:
        raise CatalogError(f"The index catalogue {root} has no files.")
    for file in files:
        _size_of(file)
    return IndexCatalog(column, files)


def _read_plain(folder: Path) -> Stored:
    files = tuple(sorted(folder.glob("*.parquet")))
    if not files:
        raise CatalogError(f"The folder {folder} holds neither a HATS collection nor Parquet files.")
    footers = [_footer(file) for file in files]
    sizes = sum(_size_of(file) for file in files)
    storage = PlainTable(files, sizes, unmeasured=_unmeasured(footers[0]))
    names = tuple(footers[0].schema.to_arrow_schema().names)
    return Stored(storage, names, sum(footer.num_rows for footer in footers))


def _size_of(path: Path) -> int:
    """Return the size of a Parquet file after a look at its first and last bytes."""
    try:
        with path.open("rb") as file:
            head = file.read(4)
            size = file.seek(0, 2)
            file.seek(max(size - 4, 0))
            tail = file.read(4)
    except OSError as e:
        raise CatalogError(f"The file {path} cannot be read: {e.strerror}.") from e
    if size < _SMALLEST_BYTES or head != _MAGIC or tail != _MAGIC:
        raise CatalogError(f"The file {path} is damaged: it is not a complete Parquet file.")
    return size


def _footer(path: Path) -> pq.FileMetaData:
    try:
        return pq.read_metadata(path)
    except (OSError, pa.ArrowException) as e:
        raise CatalogError(f"The file {path} is damaged: its Parquet footer cannot be read.") from e


def _properties(path: Path) -> dict[str, str]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as e:
        raise CatalogError(f"The file {path} cannot be read: {e}.") from e
    pairs = (line.split("=", 1) for line in lines if "=" in line and not line.lstrip().startswith(("#", "!")))
    return {key.strip(): value.strip() for key, value in pairs}


def _property(properties: Mapping[str, str], key: str, path: Path) -> str:
    if not properties.get(key):
        raise CatalogError(f"The file {path} has no {key}.")
    return properties[key]
