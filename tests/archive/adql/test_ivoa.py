"""Functions by the IVOA's names give what independent implementations give."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import astropy.units as u
import duckdb
import numpy as np
import pyarrow as pa
import pytest
from astrohub_archive.errors import QueryError
from astrohub_archive.models import Statement
from astropy.coordinates import Latitude, Longitude
from cdshealpix import nested

Read = Callable[[str], Statement]
Answer = Callable[[str], list[tuple[Any, ...]]]


@pytest.mark.parametrize("order", [0, 1, 2, 3, 8, 9, 16, 17, 29])
def test_cells_and_centres_are_those_of_healpix(order: int, read: Read) -> None:
    rng = np.random.default_rng(order)
    ra, dec = rng.uniform(0, 360, 3000), np.degrees(np.arcsin(rng.uniform(-1, 1, 3000)))
    dec[:50], dec[50:100], dec[100:400] = 90, -90, 90 - rng.uniform(0, 1e-3, 300)
    ra[400:450], ra[450:500], dec[450:600] = 0, 359.9999999, 0
    engine = duckdb.connect()
    engine.register("scan_0", pa.table({"ra": ra, "dec": dec}))
    expected = nested.lonlat_to_healpix(Longitude(ra, u.deg), Latitude(dec, u.deg), order).astype(np.int64)
    sql = read(f"SELECT ivo_healpix_index({order}, ra + 0, dec) FROM gaia_source").sql
    assert [row[0] for row in engine.execute(sql).fetchall()] == expected.tolist()
    engine.register("scan_1", pa.table({"source_id": expected}))
    sql = read(f"SELECT ivo_healpix_center({order}, source_id) FROM gaia_source").sql
    found = np.array(engine.execute(sql.replace("scan_0", "scan_1")).fetchall())[:, 0]
    lon, lat = nested.healpix_to_lonlat(expected.astype(np.uint64), order)
    away = (found[:, 0] - lon.deg + 180) % 360 - 180
    np.testing.assert_allclose(away * np.cos(lat.rad), 0, atol=1e-12)
    np.testing.assert_allclose(found[:, 1], lat.deg, atol=1e-12)


def test_a_position_that_is_none_has_no_cell(answer: Answer) -> None:
    query = "SELECT ivo_healpix_index(5, POINT({}, {})) FROM hip2 WHERE hp_mag IS NULL"
    for place in (("hp_mag", "dec"), ("ra", "hp_mag"), ("ra", "dec * 3"), ("ra", "CAST('NaN' AS DOUBLE)")):
        assert answer(query.format(*place)) == [(None,)], place
    assert answer("SELECT COORD1(ivo_healpix_center(0, hip + 9)) FROM hip2 WHERE hip > 2") == [
        (None,),
        (None,),
    ]


def test_the_cells_of_a_table_s_own_rows_are_those_that_its_files_are_sorted_by(read: Read) -> None:
    statement = read("SELECT ivo_healpix_index(9, ra, dec) AS cell, COUNT(*) FROM gaia_source GROUP BY cell")
    assert '("t0"."_healpix_29" >> 40)' in statement.sql
    assert statement.scans[0].columns[-1] == "_healpix_29"
    for other in (
        "SELECT ivo_healpix_index(9, dec, ra) FROM gaia_source",
        "SELECT ivo_healpix_index(9, ra, dec) FROM (SELECT ra, dec FROM gaia_source) AS s",
    ):
        assert "_healpix_29" not in read(other).sql


# Barnard's star a century back, as the manual of pgsphere gives it.
BARNARD = "269.45207695, 4.693364966, 546.9759, -801.551, 10362, -110, 2000, 1900"


def test_a_star_moves_as_it_does_elsewhere(answer: Answer) -> None:
    query = f"SELECT ivo_epoch_prop({BARNARD}), ivo_epoch_prop_pos({BARNARD}) FROM hip2 WHERE hip = 1"
    star, place = answer(query)[0]
    assert star == pytest.approx(
        (269.4742714391, 4.4072939987, 543.624, -791.442, 10235.412, -110.450), abs=1e-3
    )
    assert star[:2] == pytest.approx((269.4742714391, 4.4072939987), abs=2e-10)
    assert place == pytest.approx(star[:2], abs=1e-12)


def test_there_and_back_a_star_is_where_it_was(answer: Answer) -> None:
    there = "ivo_epoch_prop(ra, dec, 50, 3000, -2000, 40, 2000, 2100)"
    rows = answer(f"SELECT ra, dec, {there} FROM hip2")
    for ra, dec, star in rows:
        values = ", ".join(f"({x!r})" for x in star)
        back = answer(f"SELECT ivo_epoch_prop({values}, 2100, 2000) FROM hip2 WHERE hip = 1")[0][0]
        assert back == pytest.approx((ra, dec, 50, 3000, -2000, 40), rel=1e-9, abs=1e-10)


def test_an_unknown_motion_counts_as_none_and_an_unknown_position_is_nowhere(answer: Answer) -> None:
    query = """SELECT ivo_epoch_prop_pos({}, dec, NULL, NULL, 2000, 2100),
    ivo_epoch_prop({}, 5, NULL, 1, 1, NULL, 0, 1) FROM hip2 WHERE hp_mag IS NULL"""
    place, star = answer(query.format("ra", "ra"))[0]
    assert place == (200, -45)
    assert (star[2], star[5]) == (None, None)
    assert answer(query.format("hp_mag", "hp_mag"))[0][0] is None


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("ivo_hashlist_has('a#Bc#d', 'bC')", [(1,)] * 4),
        ("ivo_hashlist_has('a#bc', 'b')", [(0,)] * 4),
        ("ivo_hasword(name, 'ALPHA')", [(1,), (1,), (None,), (0,)]),
        ("ivo_hasword('a (b) alphabet', 'alpha')", [(0,)] * 4),
        ("ivo_hasword('a (b).', '(b)')", [(1,)] * 4),
        ("ivo_nocasematch(name, 'AL%')", [(1,), (1,), (None,), (0,)]),
        ("ivo_interval_overlaps(1, 3, 3, 4)", [(1,)] * 4),
        ("ivo_interval_overlaps(1, 2, 3, 4)", [(0,)] * 4),
        ("ivo_to_mjd(observed)", [(48348.0 + 10 / 24,), (None,), (47892.0,), (48622.0,)]),
        ("ivo_to_jd(observed) - ivo_to_mjd(observed)", [(2400000.5,), (None,), (2400000.5,), (2400000.5,)]),
    ],
)
def test_texts_intervals_and_days(expression: str, expected: list[tuple[Any]], answer: Answer) -> None:
    assert answer(f"SELECT {expression} FROM hip2 ORDER BY hip") == expected


def test_groups_become_a_text_or_a_histogram(answer: Answer, read: Read) -> None:
    query = """SELECT ivo_string_agg(name, '; ') AS names, ivo_histogram(b_v, 0, 1, 2) AS bins,
    ivo_histogram(hp_mag, 0, 10, 5) AS magnitudes FROM hip2"""
    assert answer(query) == [("Alpha; O'Neill; alpha", (1, 0, 1, 1), (0, 0, 1, 0, 0, 2, 0))]
    assert [(c.datatype, c.arraysize) for c in read(query).columns[1:]] == [("int", "4"), ("int", "7")]
    assert answer("SELECT solution, ivo_string_agg(name, '') FROM hip2 GROUP BY solution ORDER BY 1") == [
        (5, "Alpha"),
        (7, "alpha"),
        (30000, "O'Neill"),
    ]


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("ivo_healpix_index(30, ra, dec)", "between 0 and 29"),
        ("ivo_healpix_index(hip, ra, dec)", "between 0 and 29"),
        ("ivo_healpix_center(3, ra)", "must be a whole number"),
        ("ivo_epoch_prop(1, 2, 3, 4, 5, 6, 7)", "6 or 8 arguments, not 7"),
        ("ivo_string_agg(name, name)", "text in single quotes"),
        ("ivo_string_agg(ra, ',')", "takes texts, not a number"),
        ("ivo_histogram(ra, 5, 5, 3)", "above the lower"),
        ("ivo_histogram(ra, 0, 5, 20000)", "between 1 and 10,000"),
        ("ivo_histogram(ra, dec, 5, 2)", "must be numbers"),
        ("ivo_interval_has(ra, dec)", "column of intervals"),
        ("ivo_to_mjd(ra)", "takes a time"),
        ("ivo_healpix_indx(5, ra, dec)", "did you mean ivo_healpix_index?"),
    ],
)
def test_what_does_not_fit_is_refused(expression: str, said: str, read: Read) -> None:
    with pytest.raises(QueryError) as refused:
        read(f"SELECT {expression} FROM hip2")
    assert said in refused.value.message
    assert refused.value.position is not None
