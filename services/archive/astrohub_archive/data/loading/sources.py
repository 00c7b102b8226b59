"""Which files are to be loaded, and of which format each is, told by what is in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from ...errors import ArchiveError, CatalogError
from ...table_files.astronomy_files import read_ecsv
from ...table_files.plain_files import read_csv
from ...table_files.rows import Rows
from .fits_files import read_fits
from .parquet_files import read_parquet
from .votable_files import read_votable

__all__ = ["SourceFile", "find_files"]

_HEAD_BYTES = 2048
_MAGIC = b"PAR1"
_LONGEST_SAID = 300
# What readers throw at files that are not what they say: a sentence of ours, or a library's word.
_FAULTS = (ArchiveError, OSError, pa.ArrowException, ValueError, TypeError, KeyError)
_READERS = {
    "Parquet": read_parquet,
    "FITS": read_fits,
    "VOTable": read_votable,
    "ECSV": read_ecsv,
    "CSV": read_csv,
}


@dataclass(frozen=True)
class SourceFile:
    """One file to be loaded."""

    path: Path
    form: str

    def open(self) -> Rows:
        """Begin to read it.

        Raises
        ------
        CatalogError
            When it is damaged; reading its rows can raise it, too.
        """
        with_name = _Named(self.path)
        try:
            rows = _READERS[self.form](self.path)
        except _FAULTS as e:
            raise with_name.of(e) from e
        return Rows(rows.schema, _guarded(rows, with_name), rows.description)


class _Named:
    """Puts the name of a file into sentences about it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def of(self, error: Exception) -> CatalogError:
        if isinstance(error, OSError):
            return CatalogError(f"The file {self._path} cannot be read: {error.strerror or error}.")
        said = " ".join(str(error).split())[:_LONGEST_SAID]
        if "The file" in said:
            return CatalogError(said.replace("The file", f"The file {self._path}", 1))
        return CatalogError(f"The file {self._path} cannot be loaded. {said}")


def _guarded(rows: Rows, with_name: _Named) -> Iterator[object]:
    try:
        yield from rows.batches
    except _FAULTS as e:
        raise with_name.of(e) from e


def find_files(given: Iterable[Path]) -> tuple[SourceFile, ...]:
    """Return the files to be loaded, in order; of a folder, all Parquet files in it.

    Raises
    ------
    CatalogError
        When one is missing, cannot be read, or is of no known format.
    """
    found: list[SourceFile] = []
    for path in given:
        try:
            files = _parquet_files(path) if path.is_dir() else [path]
            found.extend(SourceFile(file, _form(file)) for file in files)
        except OSError as e:
            raise CatalogError(f"The file {path} cannot be read: {e.strerror or e}.") from e
    return tuple(found)


def _parquet_files(folder: Path) -> list[Path]:
    """Return the Parquet files of a folder; of a HATS collection or catalogue, those of its rows."""
    collection = folder / "collection.properties"
    if collection.exists():
        lines = dict(line.split("=", 1) for line in collection.read_text().splitlines() if "=" in line)
        folder = folder / lines.get("hats_primary_table_url", folder.name).strip()
    if (folder / "hats.properties").exists() or (folder / "properties").exists():
        folder = folder / "dataset"
    found = sorted(
        path
        for path in folder.rglob("*")
        if path.suffix in (".parquet", ".parq", ".pq")
        and path.is_file()
        and not any(part.startswith((".", "_")) for part in path.relative_to(folder).parts)
    )
    if not found:
        raise CatalogError(f"The folder {folder} holds no Parquet files.")
    return found


def _form(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
        file.seek(0, 2)
        size = file.tell()
        file.seek(max(size - len(_MAGIC), 0))
        tail = file.read()
    if not head:
        raise CatalogError(f"The file {path} is empty.")
    if head.startswith(_MAGIC):
        if tail != _MAGIC:
            raise CatalogError(
                f"The file {path} is Parquet, but not all of it: its end is missing; fetch or write it again."
            )
        return "Parquet"
    if head.startswith(b"SIMPLE  ="):
        return "FITS"
    if head.startswith((b"\x1f\x8b", b"BZh", b"PK\x03\x04", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")):
        raise CatalogError(f"The file {path} is compressed; unpack it first.")
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"<"):
        return "VOTable"
    if start.startswith(b"# %ECSV"):
        return "ECSV"
    if b"\0" in head or path.suffix.lower() in (".parquet", ".fits", ".fit", ".vot"):
        raise CatalogError(f"The file {path} is not Parquet, FITS, VOTable, ECSV or CSV.")
    return "CSV"
