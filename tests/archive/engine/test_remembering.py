"""What the planner remembers of tables, and for how long."""

from __future__ import annotations

import gc
import weakref

from astrohub_archive.engine.plan import Planner
from astrohub_archive.models import IdentifierFilter, Region, Scan, Statement

from ...support.catalogs import FIRST_ID, synthetic_archive


def test_a_table_that_is_published_anew_is_looked_up_anew_while_somebody_reads_the_old_one() -> None:
    with synthetic_archive(rows=2_000) as archive:
        planner, star = Planner(), IdentifierFilter("star_id", (FIRST_ID,))
        tables = [archive.catalog().table("sky", "stars") for _ in range(2)]
        for table in tables:
            assert table is not None
            planner.plan(Statement("SELECT 1", (Scan("scan_0", table, ("star_id",), None, star),), ()))
        assert len(planner._lookups) == len(tables)


def test_what_is_remembered_of_a_table_is_forgotten_with_it() -> None:
    with synthetic_archive(rows=2_000) as archive:
        planner, catalog = Planner(), archive.catalog()
        table = catalog.table("sky", "stars")
        assert table is not None
        circle, star = Region("circle", (10.0, 10.0, 1.0)), IdentifierFilter("star_id", (FIRST_ID,))
        scans = Scan("scan_0", table, ("star_id",), circle), Scan("scan_1", table, ("star_id",), None, star)
        planner.plan(Statement("SELECT 1", scans, ()))
        remembered = weakref.ref(planner._pixels[id(table.storage)]), len(planner._lookups)
        assert remembered[0]() is not None
        assert remembered[1] == 1
        del table, scans, catalog
        gc.collect()
        assert remembered[0]() is None
        assert not planner._pixels
        assert not planner._lookups
