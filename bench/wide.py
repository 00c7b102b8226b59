"""A folder of 316 published tables with 20,000 columns together, one row each: what a large archive lists."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import yaml

__all__ = ["COLUMNS", "TABLES", "make_wide"]

TABLES, COLUMNS = 316, 20_000
_UNITS = ("mag", "deg", "mas/yr", "Jy", "km/s", "d")


def make_wide(public: Path, tables: int, columns: int) -> None:
    """Make so many tables with so many columns together."""
    folder = public / "survey"
    folder.mkdir(parents=True)
    counts = [len(part) for part in np.array_split(np.arange(columns), tables)]
    described = [_table(folder, number, count) for number, count in enumerate(counts)]
    content = {"name": "survey", "@id": "#survey", "description": "A simulated archive.", "tables": described}
    (folder / "survey.yaml").write_text(yaml.dump(content, sort_keys=False), encoding="utf-8")


def _table(folder: Path, number: int, count: int) -> dict[str, object]:
    name = f"table_{number:03}"
    names = [f"{name}_column_{column:03}" for column in range(count)]
    (folder / name).mkdir()
    pq.write_table(pa.table({one: pa.array([1.0]) for one in names}), folder / name / "data.parquet")
    return {
        "name": name,
        "@id": f"#{name}",
        "description": f"Table {number} of a simulated archive.",
        "columns": [
            {
                "name": one,
                "@id": f"#{name}.{one}",
                "datatype": "double",
                "description": f"A quantity measured in band {place % 6} by method {place}, simulated.",
                "fits:tunit": _UNITS[place % len(_UNITS)],
                "ivoa:ucd": "phot.mag;em.opt",
            }
            for place, one in enumerate(names)
        ],
    }
