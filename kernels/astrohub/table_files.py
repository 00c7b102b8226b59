"""Tables as files to send: a file of the user's as it is, a table in memory as Parquet."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["FORMATS", "TableFile", "table_file"]

FORMATS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".vot": "votable",
    ".votable": "votable",
    ".xml": "votable",
    ".fits": "fits",
    ".fit": "fits",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".ecsv": "ecsv",
}
_PACKED = ".gz"


@dataclass(frozen=True)
class TableFile:
    """An open file with a table: its format, and its name if it is a file of the user's."""

    format: str
    name: str | None
    content: IO[bytes]


@contextmanager
def table_file(source: Any, fmt: str | None = None) -> Iterator[TableFile]:
    """Open what is to be sent.

    Parameters
    ----------
    source
        A path, or a table of astropy, pandas or Arrow.
    fmt
        Format of the file; by default what its name says.

    Raises
    ------
    ValueError
        When it is not known what kind of file or table it is.
    """
    if isinstance(source, str | Path):
        path = Path(source).expanduser()
        known = fmt or format_of(path)
        with path.open("rb") as content:
            yield TableFile(known, path.name, content)
        return
    import pyarrow.parquet as pq

    with tempfile.TemporaryFile() as content:
        pq.write_table(_as_arrow(source), content, compression="zstd")
        content.seek(0)
        yield TableFile("parquet", None, content)


def format_of(path: Path) -> str:
    """Return the format that a file's name tells.

    Raises
    ------
    ValueError
        When it tells none.
    """
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] == _PACKED and len(suffixes) > 1:
        suffixes.pop()
        if FORMATS.get(suffixes[-1]) not in ("votable", "fits"):
            raise ValueError(f"{path.name} is compressed: unpack it first.")
    if not suffixes or suffixes[-1] not in FORMATS:
        raise ValueError(
            f"The name {path.name} does not tell its format: it ends in none of {', '.join(FORMATS)}."
        )
    return FORMATS[suffixes[-1]]


def _as_arrow(source: Any) -> pa.Table:
    """Tell tables apart without loading what is not loaded."""
    import pyarrow as pa

    if isinstance(source, pa.Table):
        return source
    kind = type(source).__mro__
    if any(one.__module__.partition(".")[0] == "pandas" and one.__name__ == "DataFrame" for one in kind):
        return pa.Table.from_pandas(source, preserve_index=False)
    if any(one.__module__.startswith("astropy.table") and one.__name__ == "Table" for one in kind):
        from .tables import from_astropy

        return from_astropy(source)
    raise ValueError(
        f"A {type(source).__name__} cannot be sent: give a path, or a table of astropy, pandas or Arrow."
    )
