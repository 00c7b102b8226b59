"""Plan cones in a catalogue of 49,152 small partitions; say how long that takes and how much memory it is.

A program of its own, so that its memory is the planner's: python bench/many_partitions.py
"""

from __future__ import annotations

import json
import resource
import statistics
import time
from pathlib import Path

import numpy as np
from astrohub_archive.engine.plan import Planner
from astrohub_archive.models import Column, HatsTable, Partition, Region, Scan, Statement, Table

__all__ = ["PARTITIONS", "planned", "table"]

ORDER = 6
PARTITIONS = 12 * 4**ORDER
"""49,152: as near to 50,000 as pixels of one order come."""
_COLUMNS = (Column("object_id", "long"), Column("ra", "double"), Column("dec", "double"))
_CONES = 200


def table(count: int) -> Table:
    """Return a table of so many partitions; none of its files is there."""
    root = Path("/nowhere/large/object/object")
    partitions = tuple(
        Partition(
            6,
            number,
            root / f"dataset/Norder=6/Dir={number // 10_000 * 10_000}/Npix={number}.parquet",
            2_000,
            90_000,
        )
        for number in range(count)
    )
    return Table("large", "object", _COLUMNS, HatsTable(root, "ra", "dec", partitions))


def planned(table: Table) -> list[float]:
    """Return how long (seconds) planning each of some cones takes, the first one apart."""
    planner, random, taken = Planner(), np.random.default_rng(3), []
    for _ in range(_CONES + 1):
        place = random.uniform(0, 360), np.degrees(np.arcsin(random.uniform(-1, 1)))
        scan = Scan("scan_0", table, ("object_id",), Region("circle", (*map(float, place), 0.5)))
        begin = time.perf_counter()
        plan = planner.plan(Statement('SELECT "object_id" FROM "scan_0"', (scan,), ()))
        taken.append(time.perf_counter() - begin)
        assert 1 <= plan.sql.count(".parquet") <= 16, plan.sql
    return taken[1:]


def main() -> None:
    """Print the figures as JSON."""
    taken = planned(table(PARTITIONS))
    memory_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"median_s": statistics.median(taken), "resident_mb": memory_mb}))


if __name__ == "__main__":
    main()
