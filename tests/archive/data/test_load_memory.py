"""Loading takes the memory that it is given, however large the file is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from astrohub_archive.data.readonly import remove

_PROGRAM = (
    "import resource; from astrohub_archive.main import main; code = main(); "
    "print(code, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)"
)
_COLUMNS = 30


def peak_mb(folder: Path, rows: int) -> int:
    """Load a file of so many rows and return the largest resident memory of the command."""
    path, public = folder / f"{rows}.parquet", folder / f"public-{rows}"
    random = np.random.default_rng(1)
    columns = {"ra": random.uniform(0, 360, rows), "dec": random.uniform(-80, 80, rows)}
    columns |= {f"c{number}": random.random(rows) for number in range(_COLUMNS)}
    pq.write_table(pa.table(columns), path, compression="none", row_group_size=50_000)
    words = ["data", "load", path, "--table", "site.wide", "--memory-mb", "128", "--public", public]
    done = subprocess.run([sys.executable, "-c", _PROGRAM, *map(str, words)], capture_output=True, text=True)
    code, peak = done.stdout.splitlines()[-1].split()
    assert code == "0", done.stderr
    remove(public)
    path.unlink()
    return int(peak)


def test_a_file_larger_than_the_memory_for_it_is_loaded(tmp_path: Path) -> None:
    """The rows take 115 MB, and twice as much when they are sorted in memory; sorting may use 128 MB."""
    assert peak_mb(tmp_path, 450_000) - peak_mb(tmp_path, 10_000) < 200
