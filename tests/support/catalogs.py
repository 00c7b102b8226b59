"""Small catalogues for tests: a sky made of a seed, written as the archive writes its own."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
import yaml
from astrohub_archive.catalog import Catalog, load_catalog
from astrohub_archive.catalog.tap_schema import publish
from astrohub_archive.data.collection import Source, write_collection
from astrohub_archive.data.readonly import protect, remove

__all__ = ["FIRST_ID", "SyntheticArchive", "describe", "open_folder", "synthetic_archive", "synthetic_sky"]

FIRST_ID = 2**60 + 1
"""The first identifier: far beyond what a floating-point number holds exactly."""

_FELIS = {
    "int64": "long",
    "int32": "int",
    "int16": "short",
    "uint8": "byte",
    "double": "double",
    "float": "float",
    "string": "unicode",
    "bool": "boolean",
}


def synthetic_sky(rows: int = 20_000, seed: int = 1) -> pa.Table:
    """Return stars all over the sky, some of them at the poles and on both sides of right ascension 0."""
    random = np.random.default_rng(seed)
    ra = random.uniform(0, 360, rows)
    dec = np.degrees(np.arcsin(random.uniform(-1, 1, rows)))
    special = rows // 10
    dec[:special] = 90 - random.exponential(0.5, special)
    dec[special : 2 * special] = -90 + random.exponential(0.5, special)
    ra[2 * special : 3 * special] = random.normal(0, 0.5, special) % 360
    magnitude = random.normal(15, 2, rows).astype("float32")
    return pa.table(
        {
            "star_id": pa.array(FIRST_ID + np.arange(rows) * 3),
            "ra": pa.array(ra),
            "dec": pa.array(dec),
            "mag": pa.array(magnitude, mask=random.random(rows) < 0.1),
            "name": pa.array([f"étoile {number}" for number in range(rows)]),
            "good": pa.array(random.random(rows) < 0.5),
        }
    )


def describe(schema: str, tables: Mapping[str, pa.Schema]) -> str:
    """Return a Felis description of a schema."""
    return yaml.safe_dump(
        {
            "name": schema,
            "@id": f"#{schema}",
            "description": f"Schema {schema} of the tests.",
            "tables": [
                {
                    "name": table,
                    "@id": f"#{schema}.{table}",
                    "description": f"Table {table} of the tests.",
                    "columns": [
                        {
                            "name": field.name,
                            "@id": f"#{schema}.{table}.{field.name}",
                            "description": f"Column {field.name}.",
                            "datatype": _FELIS[str(field.type)],
                            **({"length": 64} if pa.types.is_string(field.type) else {}),
                        }
                        for field in columns
                    ],
                }
                for table, columns in tables.items()
            ],
        },
        allow_unicode=True,
        sort_keys=False,
    )


class SyntheticArchive:
    """A folder of public data with the table `sky.stars`, and a work folder.

    Parameters
    ----------
    root
        Where they are made.
    rows
        How many stars there are.
    stars
        The stars themselves, if they are no others.
    partition_rows
        Rows in one file at most.
    """

    def __init__(
        self, root: Path, rows: int = 20_000, *, stars: pa.Table | None = None, partition_rows: int = 1_000
    ) -> None:
        self.public = root / "public"
        self.work = root / "work"
        self.work.mkdir(parents=True)
        self.stars = synthetic_sky(rows) if stars is None else stars
        folder = self.public / "sky"
        source = Source("stars", self.stars, index_columns=("star_id",), partition_rows=partition_rows)
        write_collection(source, folder / "stars")
        (folder / "sky.yaml").write_text(describe("sky", {"stars": self.stars.schema}), encoding="utf-8")
        protect(self.public)

    def catalog(self) -> Catalog:
        """Return what is published, TAP_SCHEMA included."""
        return publish(load_catalog(self.public), self.work)


@contextmanager
def open_folder() -> Iterator[Path]:
    """Make a folder that every account can reach (those of pytest cannot be), and remove it at the end."""
    folder = Path(tempfile.mkdtemp(prefix="astrohub-test-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        for path, _, _ in os.walk(folder):
            Path(path).chmod(0o755)
        shutil.rmtree(folder)


@contextmanager
def synthetic_archive(
    rows: int = 20_000, *, stars: pa.Table | None = None, partition_rows: int = 1_000
) -> Iterator[SyntheticArchive]:
    """Make such an archive where every account can read it."""
    with open_folder() as folder:
        archive = SyntheticArchive(folder, rows, stars=stars, partition_rows=partition_rows)
        yield archive
        remove(archive.public)
