"""Answers of the pool: complete, cut off at the limit, streamed, many at a time, as files."""

from __future__ import annotations

import asyncio
import os
import random
from pathlib import Path

import pyarrow as pa
import pytest
from astrohub_archive.errors import QueryError, QueryTimeout
from astrohub_archive.formats import find_format
from astrohub_archive.models import Outcome, ResultColumn, Statement

from .conftest import Asker, raw

pytestmark = pytest.mark.asyncio(loop_scope="module")

# So late that what is read ahead of the first piece, a million and a half of rows, does not reach it.
LATE = raw(
    "SELECT CAST(CASE WHEN x = 2400000 THEN 'abc' ELSE '1' END AS INTEGER) AS v, x FROM range(2500000) t(x)"
)


async def test_all_rows_arrive_as_they_were_written(asker: Asker) -> None:
    rows = await asker.rows(asker.statement())
    assert rows.sort_by("star_id").equals(asker.archive.stars.cast(rows.schema))


async def test_a_small_answer_is_known_to_be_complete_before_its_first_byte(asker: Asker) -> None:
    answer = await asker.pool.run(
        asker.statement('SELECT count(*) AS n FROM "scan_0"', columns=()),
        fmt=find_format("csv"),
        maxrec=10,
        timeout_s=30,
    )
    assert answer.complete == Outcome(1)
    assert [column.name for column in answer.columns] == ["n"]
    assert answer.columns[0].datatype == "long"
    assert b"".join([chunk async for chunk in answer.chunks()]) == b"n\r\n20000\r\n"


async def test_a_large_answer_comes_in_pieces_of_at_most_a_mebibyte(asker: Asker) -> None:
    statement = raw("SELECT x, x + 1 AS y FROM range(1000000) t(x)")
    answer = await asker.pool.run(statement, fmt=find_format("arrow"), maxrec=10**9, timeout_s=60)
    assert answer.complete is None
    sizes = [len(chunk) async for chunk in answer.chunks()]
    assert max(sizes) <= 1024**2
    assert sum(sizes) > 16_000_000
    assert answer.outcome == Outcome(1_000_000)


@pytest.mark.parametrize("maxrec", [1, 5, 4096, 150_000])
async def test_more_rows_than_the_limit_are_an_overflow(asker: Asker, maxrec: int) -> None:
    assert await asker.outcome(raw(f"SELECT x FROM range({maxrec + 1}) t(x)"), maxrec=maxrec) == Outcome(
        maxrec, True
    )
    assert await asker.outcome(raw(f"SELECT x FROM range({maxrec}) t(x)"), maxrec=maxrec) == Outcome(
        maxrec, False
    )


async def test_a_limit_of_zero_asks_for_the_columns_only(asker: Asker) -> None:
    endless = raw("SELECT sum(a.x * b.x) AS s FROM range(10000000) a(x), range(10000000) b(x)")
    rows = await asker.rows(endless, maxrec=0, timeout_s=60)
    assert rows.num_rows == 0
    assert await asker.outcome(endless, maxrec=0) == Outcome(0, True)


async def test_a_limit_keeps_the_order_that_was_asked_for(asker: Asker) -> None:
    statement = asker.statement('SELECT "star_id" FROM "scan_0" ORDER BY "star_id" DESC')
    expected = sorted(asker.archive.stars["star_id"].to_pylist(), reverse=True)[:7]
    assert (await asker.rows(statement, maxrec=7))["star_id"].to_pylist() == expected


async def test_a_statement_may_define_relations_of_its_own(asker: Asker) -> None:
    statement = asker.statement(
        'WITH bright AS (SELECT * FROM "scan_0" WHERE "mag" < 10) SELECT count(*) AS n FROM bright'
    )
    expected = sum(1 for mag in asker.archive.stars["mag"].to_pylist() if mag is not None and mag < 10)
    assert (await asker.rows(statement))["n"].to_pylist() == [expected]


async def test_names_and_units_come_from_the_query(asker: Asker) -> None:
    known = (ResultColumn("a", unit="deg", ucd="pos.eq.ra"), ResultColumn("a", unit="mag"))
    _, answer = await asker.answer(Statement("SELECT 1.5::DOUBLE AS a, 2 AS a", (), known))
    assert [(c.name, c.unit, c.datatype) for c in answer.columns] == [
        ("a", "deg", "double"),
        ("a", "mag", "int"),
    ]


async def test_sums_and_decimals_become_types_that_votable_has(asker: Asker) -> None:
    rows = await asker.rows(raw("SELECT sum(x) AS s, 1.25 AS d, 200::UTINYINT AS b FROM range(10) t(x)"))
    assert rows.schema.types == [pa.int64(), pa.float64(), pa.uint8()]
    assert rows.to_pylist() == [{"s": 45, "d": 1.25, "b": 200}]


async def test_a_sum_beyond_64_bits_is_refused_by_name(asker: Asker) -> None:
    with pytest.raises(QueryError, match="column total does not fit"):
        await asker.rows(
            Statement("SELECT 9223372036854775807::HUGEINT + 1 AS t", (), (ResultColumn("total"),))
        )


async def test_a_value_that_cannot_be_cast_is_the_users_own_fault(asker: Asker) -> None:
    with pytest.raises(QueryError, match="the text 'abc' cannot be converted to INTEGER"):
        await asker.rows(raw("SELECT CAST(v AS INTEGER) FROM (VALUES ('abc')) t(v)"))


async def test_a_failure_after_the_first_piece_is_told_in_the_answer(asker: Asker) -> None:
    content, answer = await asker.answer(LATE, fmt="votable")
    assert content.endswith(b"</VOTABLE>\n")
    assert b'<INFO name="QUERY_STATUS" value="ERROR">' in content[-400:]
    assert answer.outcome is not None
    assert "abc" in (answer.outcome.message or "")


async def test_a_failure_that_csv_cannot_tell_breaks_it_off(asker: Asker) -> None:
    with pytest.raises(QueryError, match="abc"):
        await asker.answer(LATE, fmt="csv")


async def test_64_queries_at_once_are_all_answered(asker: Asker) -> None:
    chosen = random.Random(7).sample(range(20_000), 64)
    ids = [asker.archive.stars["star_id"][number].as_py() for number in chosen]
    answers = await asyncio.gather(
        *(
            asker.rows(asker.statement(f'SELECT "star_id" FROM "scan_0" WHERE "star_id" = {one}'))
            for one in ids
        )
    )
    assert [rows["star_id"].to_pylist() for rows in answers] == [[one] for one in ids]


async def test_an_answer_is_written_to_a_file_at_once_or_not_at_all(asker: Asker, tmp_path: Path) -> None:
    path = tmp_path / "result.csv"
    outcome = await asker.pool.run_to_file(
        raw("SELECT x FROM range(300000) t(x)"), path, fmt=find_format("csv"), maxrec=250_000, timeout_s=60
    )
    assert outcome == Outcome(250_000, True)
    assert path.read_bytes().count(b"\r\n") == 250_001
    assert os.listdir(tmp_path) == [path.name]


async def test_a_failed_query_leaves_no_file(asker: Asker, tmp_path: Path) -> None:
    for fmt in ("votable", "csv"):
        with pytest.raises(QueryError):
            await asker.pool.run_to_file(
                LATE, tmp_path / "result", fmt=find_format(fmt), maxrec=10**9, timeout_s=60
            )
    with pytest.raises(QueryTimeout, match=r"0\.2 s"):
        await asker.pool.run_to_file(
            raw("SELECT sum(a.x * b.x) FROM range(10000000) a(x), range(10000000) b(x)"),
            tmp_path / "result",
            fmt=find_format("csv"),
            maxrec=10,
            timeout_s=0.2,
        )
    assert os.listdir(tmp_path) == []
