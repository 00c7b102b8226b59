"""Understanding costs little, however wide the query is."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from astrohub_archive.adql import understand
from astrohub_archive.catalog import Catalog
from astrohub_archive.models import Column, PlainTable, Schema, Statement, Table
from astrohub_archive.settings import Limits

ONE_TABLE = """SELECT TOP 100 source_id, ra, dec, phot_g_mean_mag FROM gaia_dr3_g10.gaia_source
WHERE 1 = CONTAINS(POINT(ra, dec), CIRCLE(10, 20, 1)) AND phot_g_mean_mag < 5 ORDER BY phot_g_mean_mag"""


def _takes_at_most(most_s: float, understood: Callable[[], Statement], tries: int) -> bool:
    """Say whether one try of several took no more processor time: what the work takes on a quiet machine."""

    def processor_s() -> float:
        start = time.thread_time()
        understood()
        return time.thread_time() - start

    return any(processor_s() < most_s for _ in range(tries))


def test_a_query_of_one_table_takes_at_most_five_milliseconds(read: Callable[[str], Statement]) -> None:
    assert _takes_at_most(0.005, lambda: read(ONE_TABLE), 1_000)


def test_a_query_of_three_hundred_columns_takes_at_most_fifty_milliseconds(limits: Limits) -> None:
    columns = tuple(Column(f"column_{number}", "double", unit="mag") for number in range(300))
    wide = Catalog([Schema("s", (Table("s", "wide", columns, PlainTable((Path("x"),))),))])
    listed = ", ".join(f"w.{column.name} AS c{number}" for number, column in enumerate(columns))
    query = f"SELECT {listed} FROM s.wide AS w WHERE w.column_1 > 5"
    assert _takes_at_most(0.05, lambda: understand(query, wide, limits), 100)
    assert _takes_at_most(0.05, lambda: understand("SELECT * FROM s.wide", wide, limits), 100)
