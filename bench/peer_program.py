"""Peers of the archive, answering one request a line: LSDB and pyacid, whichever this interpreter has.

Started by `peers.py` with the interpreter that --peer-python names; it needs nothing of the archive.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

_opened: dict[tuple[str, ...], Any] = {}


def _lsdb(collection: str, columns: list[str]) -> Any:
    import lsdb

    key = ("lsdb", collection, *columns)
    if key not in _opened:
        _opened[key] = lsdb.open_catalog(collection, columns=columns)
    return _opened[key]


def lsdb_cone(collection: str, column: str, ra: float, dec: float, radius: float) -> list[int]:
    """Return the identifiers in a cone (degrees)."""
    catalog = _lsdb(collection, [column, "ra", "dec"])
    found = catalog.cone_search(ra, dec, radius_arcsec=radius * 3600).compute()
    return sorted(found[column].tolist())


def lsdb_identifier(collection: str, column: str, columns: list[str], value: int) -> int:
    """Return how many rows have an identifier."""
    return len(_lsdb(collection, columns).id_search(values={column: value}).compute())


def lsdb_crossmatch(collection: str, column: str, upload: str, radius: float) -> list[list[int]]:
    """Return the pairs of an uploaded row and an identifier within a radius (degrees)."""
    import lsdb
    import pandas as pd

    catalog = _lsdb(collection, [column, "ra", "dec"])
    rows = lsdb.from_dataframe(pd.read_parquet(upload), ra_column="ra", dec_column="dec", margin_threshold=10)
    found = rows.crossmatch(
        catalog,
        n_neighbors=5,
        radius_arcsec=radius * 3600,
        suffixes=("_up", "_cat"),
        suffix_method="all_columns",
        log_changes=False,
    ).compute()
    return [found["n_up"].tolist(), found[f"{column}_cat"].tolist()]


def acid_crossmatch(collection: str, column: str, upload: str, radius: float) -> list[list[int]]:
    """Return the pairs of an uploaded row and an identifier within a radius (degrees)."""
    import acid
    import astropy.units as u

    acid.init(workers=2, reuse_existing=True)
    rows = acid.open(upload, alias="up", ra="ra", dec="dec")
    catalog = acid.open(collection, alias="cat")
    matches = rows.crossmatch(catalog, radius=radius * u.deg, maxmatch=-1)
    found = matches.select(f"n, {column}").to_arrow()
    return [found["n"].to_pylist(), found[column].to_pylist()]


_WORDS: dict[str, Callable[..., Any]] = {
    "lsdb_cone": lsdb_cone,
    "lsdb_identifier": lsdb_identifier,
    "lsdb_crossmatch": lsdb_crossmatch,
    "acid_crossmatch": acid_crossmatch,
}


def main() -> None:
    """Say which peers there are, and answer until the input ends."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a library prints is no answer
    found = [name for name, module in (("LSDB", "lsdb"), ("pyacid", "acid")) if find_spec(module)]
    print(json.dumps(found), file=answers, flush=True)
    for line in sys.stdin:
        word, arguments = json.loads(line)
        try:
            said = {"found": _WORDS[word](*arguments)}
        except Exception as e:  # noqa: BLE001 -- outermost ring: whatever a peer stumbles over is told
            said = {"failed": f"{type(e).__name__}: {e}"[:500]}
        print(json.dumps(said), file=answers, flush=True)


if __name__ == "__main__":
    main()
