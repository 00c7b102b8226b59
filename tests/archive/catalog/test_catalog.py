"""The catalog as it is loaded, what it leaves out, and what TAP_SCHEMA says of it."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from astrohub_archive.catalog import Catalog, load_catalog
from astrohub_archive.catalog.reserved import as_identifier
from astrohub_archive.engine.plan import Planner
from astrohub_archive.engine.survey import survey
from astrohub_archive.errors import CatalogError
from astrohub_archive.models import HatsTable, PlainTable, Scan, Statement

from ...support.catalogs import SyntheticArchive, describe, synthetic_archive


@pytest.fixture
def archive() -> Iterator[SyntheticArchive]:
    """A synthetic archive that the test may change."""
    with synthetic_archive(rows=3_000) as archive:
        for path in (archive.public, archive.public / "sky"):
            path.chmod(0o755)
        yield archive


def add_plain(archive: SyntheticArchive, schema: str, tables: dict[str, pa.Table]) -> Path:
    """Publish tables without positions; return the description."""
    folder = archive.public / schema
    for name, rows in tables.items():
        (folder / name).mkdir(parents=True)
        pq.write_table(rows, folder / name / "part.parquet")
    description = folder / f"{schema}.yaml"
    description.write_text(
        describe(schema, {name: rows.schema for name, rows in tables.items()}), encoding="utf-8"
    )
    return description


def rows_of(catalog: Catalog, name: str) -> list[dict[str, object]]:
    """Return the rows of one of TAP_SCHEMA's tables."""
    found = catalog.table("TAP_SCHEMA", name)
    assert found is not None
    assert isinstance(found.storage, PlainTable)
    rows: list[dict[str, object]] = pq.read_table(found.storage.files[0]).to_pylist()
    return rows


def test_a_collection_is_a_table_with_partitions_indexes_and_rows(archive: SyntheticArchive) -> None:
    stars = load_catalog(archive.public).table("sky", "stars")
    assert stars is not None
    assert stars.rows == 3_000
    assert isinstance(stars.storage, HatsTable)
    assert sum(partition.rows for partition in stars.storage.partitions) == 3_000
    assert all(
        partition.path.stat().st_size == partition.size_bytes for partition in stars.storage.partitions
    )
    assert set(stars.storage.indexes) == {"star_id"}
    assert [column.name for column in stars.columns if column.indexed] == ["star_id", "ra", "dec"]
    name = stars.columns[4]
    assert (name.datatype, name.arraysize) == ("unicodeChar", "64*")


def test_names_are_found_whatever_their_case_and_guessed_when_misspelt(archive: SyntheticArchive) -> None:
    catalog = archive.catalog()
    assert catalog.table("SKY", "Stars") is catalog.table(None, "STARS")
    assert catalog.table(None, "nothing") is None
    assert catalog.nearest_table("sky.star") == "sky.stars"
    assert catalog.nearest_table("strs") == "sky.stars"
    assert catalog.nearest_table("zzzzzzzz") is None


def test_a_bare_name_of_two_schemas_is_not_found(archive: SyntheticArchive) -> None:
    add_plain(archive, "other", {"stars": pa.table({"x": pa.array([1], pa.int64())})})
    catalog = load_catalog(archive.public)
    assert catalog.table(None, "stars") is None
    assert catalog.table("other", "stars") is not None


@pytest.mark.parametrize("damage", ["truncated", "missing", "garbled metadata", "lost column", "wrong count"])
def test_a_damaged_table_is_left_out_named_and_logged(
    archive: SyntheticArchive, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    add_plain(archive, "other", {"fine": pa.table({"x": pa.array([1], pa.int64())})})
    dataset = archive.public / "sky" / "stars" / "stars" / "dataset"
    partition = next(dataset.glob("Norder=*/Dir=*/Npix=*.parquet"))
    for path in (partition, partition.parent, dataset / "_metadata", dataset.parent / "hats.properties"):
        path.chmod(0o755)
    named = partition
    if damage == "truncated":
        partition.write_bytes(partition.read_bytes()[:1000])
    elif damage == "missing":
        partition.unlink()
    elif damage == "garbled metadata":
        named = dataset / "_metadata"
        named.write_bytes(b"PAR1" + b"\xff" * 1000 + b"PAR1")
    elif damage == "lost column":
        named = archive.public / "sky" / "sky.yaml"
        named.chmod(0o644)
        named.write_text(
            named.read_text(encoding="utf-8").replace("name: mag", "name: magnitude"), encoding="utf-8"
        )
    else:
        named = dataset.parent
        properties = dataset.parent / "hats.properties"
        properties.write_text(
            properties.read_text().replace("hats_nrows=3000", "hats_nrows=3001"), encoding="utf-8"
        )
    with caplog.at_level(logging.ERROR):
        catalog = load_catalog(archive.public)
    assert catalog.table("sky", "stars") is None
    assert catalog.table("other", "fine") is not None
    assert len(catalog.problems) == 1
    assert catalog.problems[0].startswith("The table sky.stars is left out. ")
    assert str(named) in catalog.problems[0]
    assert "table-left-out" in caplog.text


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("name: [", "cannot be read"),
        ("just words", "does not fit"),
        (
            "name: sky\ntables: [{name: stars, columns: [{name: mag, datatype: number}]}]",
            r"tables\.stars\.columns\.mag\.datatype",
        ),
        ("name: other", "is of a schema other"),
        ("name: 'sky; DROP'", "name: String should match"),
    ],
)
def test_a_description_that_is_none_stops_the_start_and_is_named(
    archive: SyntheticArchive, text: str, sentence: str
) -> None:
    description = archive.public / "sky" / "sky.yaml"
    description.chmod(0o644)
    description.write_text(text, encoding="utf-8")
    with pytest.raises(CatalogError, match=sentence) as told:
        load_catalog(archive.public)
    assert str(description) in told.value.message


def test_foreign_keys_become_keys(archive: SyntheticArchive) -> None:
    tables = {
        "object": pa.table({"object_id": pa.array([1], pa.int64())}),
        "epoch": pa.table({"object_id": pa.array([1], pa.int64())}),
    }
    description = add_plain(archive, "survey", tables)
    content = yaml.safe_load(description.read_text(encoding="utf-8"))
    content["tables"][1]["constraints"] = [
        {
            "name": "epoch_of_object",
            "@id": "#key",
            "@type": "ForeignKey",
            "description": "Each epoch belongs to an object.",
            "columns": ["#survey.epoch.object_id"],
            "referencedColumns": ["#survey.object.object_id"],
        }
    ]
    description.write_text(yaml.safe_dump(content), encoding="utf-8")
    catalog = archive.catalog()
    keys = [row for row in rows_of(catalog, "keys") if row["from_table"] == "survey.epoch"]
    assert keys == [
        {
            "key_id": "survey.epoch_of_object",
            "from_table": "survey.epoch",
            "target_table": "survey.object",
            "utype": None,
            "description": "Each epoch belongs to an object.",
        }
    ]
    assert [row for row in rows_of(catalog, "key_columns") if row["key_id"] == keys[0]["key_id"]] == [
        {"key_id": "survey.epoch_of_object", "from_column": "object_id", "target_column": "object_id"}
    ]


def test_tap_schema_describes_everything_and_itself(archive: SyntheticArchive) -> None:
    catalog = archive.catalog()
    assert [row["schema_name"] for row in rows_of(catalog, "schemas")] == ["sky", "tap_schema"]
    tables = [row["table_name"] for row in rows_of(catalog, "tables")]
    assert tables == [
        "sky.stars",
        *(f"tap_schema.{n}" for n in ("schemas", "tables", "columns", "keys", "key_columns")),
    ]
    columns = rows_of(catalog, "columns")
    assert len(columns) == sum(len(table.columns) for table in catalog.tables())
    size = next(row for row in columns if row["column_name"] == '"size"')
    assert (size["table_name"], size["datatype"], size["std"]) == ("tap_schema.columns", "int", 1)
    first = columns[0]
    assert (first["column_name"], first["datatype"], first["indexed"]) == ("star_id", "long", 1)
    for table in catalog.schemas[-1].tables:
        assert table.rows == len(rows_of(catalog, table.name))


def test_a_former_tap_schema_is_removed_a_day_after_it_was_replaced(archive: SyntheticArchive) -> None:
    former = folder_of_tap_schema(archive.catalog())
    add_plain(archive, "other", {"numbers": pa.table({"n": [1]})})
    present = folder_of_tap_schema(archive.catalog())
    assert former != present
    assert former.exists()
    mark = former.with_name(f".{former.name}.former")
    archive.catalog()
    assert former.exists()
    os.utime(mark, (time.time() - 100_000,) * 2)
    archive.catalog()
    assert not former.exists()
    assert not mark.exists()
    assert present.exists()


def test_a_tap_schema_that_is_published_again_is_not_a_former_one_any_more(archive: SyntheticArchive) -> None:
    first = folder_of_tap_schema(archive.catalog())
    description = add_plain(archive, "other", {"numbers": pa.table({"n": [1]})})
    other = folder_of_tap_schema(archive.catalog())
    os.utime(first.with_name(f".{first.name}.former"), (time.time() - 100_000,) * 2)
    description.unlink()
    assert folder_of_tap_schema(archive.catalog()) == first
    assert first.exists()
    assert other.exists()


def test_columns_without_statistics_are_known_and_told_of_a_query_that_reads_them(
    archive: SyntheticArchive,
) -> None:
    add_plain(
        archive, "other", {"numbers": pa.table({"n": [1, 2], "m": [1, 2], "none": pa.nulls(2, "int64")})}
    )
    path = archive.public / "other" / "numbers" / "part.parquet"
    pq.write_table(pq.read_table(path), path, write_statistics=["n", "none"])
    table = archive.catalog().table("other", "numbers")
    stars = archive.catalog().table("sky", "stars")
    assert table is not None
    assert stars is not None
    assert (table.storage.unmeasured, stars.storage.unmeasured) == (frozenset({"m"}), frozenset())
    scans = Scan("scan_0", table, ("n", "none")), Scan("scan_1", table, ("m",)), Scan("scan_2", table, ("m",))
    told = [survey(Planner(), Statement("SELECT 1", (scan,), ())).unmeasured for scan in scans[:2]]
    assert told == [(), ("other.numbers.m",)]
    assert survey(Planner(), Statement("SELECT 1", scans, ())).unmeasured == ("other.numbers.m",)


def folder_of_tap_schema(catalog: Catalog) -> Path:
    """Return where TAP_SCHEMA of a catalog lies."""
    found = catalog.table("tap_schema", "tables")
    assert found is not None
    assert isinstance(found.storage, PlainTable)
    return found.storage.files[0].parent


def test_tap_schema_is_written_once_and_cannot_be_changed(archive: SyntheticArchive) -> None:
    first, second = archive.catalog(), archive.catalog()
    one, other = first.table("tap_schema", "tables"), second.table("tap_schema", "tables")
    assert one is not None
    assert one == other
    assert isinstance(one.storage, PlainTable)
    path = one.storage.files[0]
    assert path.stat().st_mode & 0o777 == 0o444
    assert path.parent.stat().st_mode & 0o777 == 0o555


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("ra", "ra"),
        ("size", '"size"'),
        ("Order", '"Order"'),
        ("_x", '"_x"'),
        ("a b", '"a b"'),
        ('a"b', '"a""b"'),
    ],
)
def test_names_are_quoted_where_a_query_must_quote_them(name: str, written: str) -> None:
    assert as_identifier(name) == written
