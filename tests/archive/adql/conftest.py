"""A small catalog like the sample data, and an engine in memory that holds its rows."""

from __future__ import annotations

from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import duckdb
import pytest
from astrohub_archive.adql import understand
from astrohub_archive.adql.healpix import cell_of
from astrohub_archive.catalog import Catalog
from astrohub_archive.catalog.describe import describe_columns
from astrohub_archive.catalog.felis import read_felis
from astrohub_archive.catalog.tap_schema import publish
from astrohub_archive.models import Column, HatsTable, IndexCatalog, PlainTable, Schema, Statement, Table
from astrohub_archive.settings import Limits

GAIA = Table(
    schema="gaia_dr3_g10",
    name="gaia_source",
    columns=(
        Column("source_id", "long", ucd="meta.id;meta.main", description="Identifier", indexed=True),
        Column("ra", "double", unit="deg", ucd="pos.eq.ra;meta.main", description="Right ascension"),
        Column("dec", "double", unit="deg", ucd="pos.eq.dec;meta.main", description="Declination"),
        Column("phot_g_mean_mag", "float", unit="mag", ucd="phot.mag;em.opt", description="G magnitude"),
        Column("pmra", "double", unit="mas/yr", ucd="pos.pm;pos.eq.ra"),
        Column("pmdec", "double", unit="mas/yr", ucd="pos.pm;pos.eq.dec"),
    ),
    storage=HatsTable(Path("/gaia"), "ra", "dec", (), {"source_id": IndexCatalog("source_id", ())}),
)
HIPPARCOS = Table(
    schema="hipparcos",
    name="hip2",
    columns=(
        Column("hip", "int", ucd="meta.id;meta.main", indexed=True),
        Column("ra", "double", unit="deg", ucd="pos.eq.ra;meta.main"),
        Column("dec", "double", unit="deg", ucd="pos.eq.dec;meta.main"),
        Column("parallax", "double", unit="mas", ucd="pos.parallax.trig"),
        Column("hp_mag", "float", unit="mag", ucd="phot.mag;em.opt"),
        Column("b_v", "float", unit="mag"),
        Column("solution", "short"),
        Column("variable", "boolean"),
        Column("name", "char", arraysize="*"),
        Column("observed", "char", arraysize="*", xtype="timestamp"),
        Column("covariance", "float", arraysize="3"),
    ),
    storage=HatsTable(Path("/hip"), "ra", "dec", (), {"hip": IndexCatalog("hip", ())}),
)
ODDITIES = Table(
    schema="odd",
    name="Mixed Case",
    columns=(
        Column("Ra", "double"),
        Column("size", "int"),
        Column("with space", "int"),
        Column("id", "long"),
    ),
    storage=PlainTable(()),
)

ROWS = """
CREATE TABLE "gaia_source" (source_id BIGINT, ra DOUBLE, dec DOUBLE, phot_g_mean_mag FLOAT,
 pmra DOUBLE, pmdec DOUBLE);
INSERT INTO "gaia_source" VALUES
 (4295806720, 0.0, 0.0, 9.5, 1.5, -2.5), (4472832130942575872, 359.9999, 0.0001, 4.2, -5, NULL),
 (9007199254740993, 120.0, 90.0, 7.25, NULL, NULL), (9007199254740995, 300.0, 89.9995, 7.75, 0, 0),
 (11, 10.0, 20.0, 3.5, 10, 10), (12, 10.05, 20.05, 12.5, -10, 10), (13, 187.5, -89.9, NULL, 2, 2);
CREATE TABLE "hip2" (hip INTEGER, ra DOUBLE, dec DOUBLE, parallax DOUBLE, hp_mag FLOAT, b_v FLOAT,
 solution SMALLINT, variable BOOLEAN, name VARCHAR, observed TIMESTAMP, covariance FLOAT[3]);
INSERT INTO "hip2" VALUES
 (1, 10.0001, 20.0, 100.0, 3.6, 0.7, 5, TRUE, 'Alpha', '1991-04-02T10:00:00', [1, 2, 3]),
 (2, 0.0001, 0.0, -1.5, 9.4, -0.1, 7, FALSE, 'alpha', NULL, NULL),
 (3, 200.0, -45.0, 0.0, NULL, NULL, 5, NULL, NULL, '1990-01-01T00:00:00', NULL),
 (4, 210.0, 45.0, 25.0, 8.5, 1.5, 30000, FALSE, 'O''Neill', '1992-01-01T00:00:00', NULL);
CREATE TABLE "Mixed Case" ("Ra" DOUBLE, "size" INTEGER, "with space" INTEGER, id BIGINT);
INSERT INTO "Mixed Case" VALUES (1.5, 10, 20, 9223372036854775807), (2.5, 30, 40, -1);
"""


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    """What the sample data are like: Gaia and Hipparcos, and a table of awkward names."""
    return Catalog(
        [
            Schema("gaia_dr3_g10", (GAIA,)),
            Schema("hipparcos", (HIPPARCOS,)),
            Schema("odd", (ODDITIES,)),
        ]
    )


@pytest.fixture(scope="session")
def limits() -> Limits:
    """The default limits."""
    return Limits()


@pytest.fixture(scope="session")
def read(catalog: Catalog, limits: Limits) -> Callable[[str], Statement]:
    """Understand a query against the catalog."""
    understand(
        "SELECT ra FROM gaia_source", catalog, limits
    )  # raises the interpreter's recursion limit, once
    return lambda text: understand(text, catalog, limits)


@pytest.fixture(scope="session")
def database() -> duckdb.DuckDBPyConnection:
    """An engine that holds the rows of every table."""
    connection = duckdb.connect()
    connection.execute(ROWS)
    for table in ("gaia_source", "hip2"):
        connection.execute(f'ALTER TABLE "{table}" ADD COLUMN "_healpix_29" BIGINT')
        connection.execute(f'UPDATE "{table}" SET "_healpix_29" = {cell_of(29, "ra", "dec")}')
    return connection


@pytest.fixture
def answer(
    read: Callable[[str], Statement], database: duckdb.DuckDBPyConnection
) -> Callable[[str], list[tuple[Any, ...]]]:
    """Answer a query: understood, then run with each scan as a view of its table."""

    def run(text: str) -> list[tuple[Any, ...]]:
        return list(execute(read(text), database).fetchall())

    return run


def execute(statement: Statement, database: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """Run a statement over views that hold the columns its scans ask for, and no others."""
    cursor = database.cursor()
    for scan in statement.scans:
        columns = ", ".join(f'"{name}"' for name in scan.columns) or "1 AS nothing"
        cursor.execute(
            f'CREATE OR REPLACE TEMP VIEW "{scan.alias}" AS SELECT {columns} FROM main."{scan.table.name}"'
        )
    return cursor.execute(statement.sql)


ENGINE_TYPES = {
    "boolean": "BOOLEAN",
    "short": "SMALLINT",
    "int": "INTEGER",
    "long": "BIGINT",
    "float": "FLOAT",
    "double": "DOUBLE",
    "char": "VARCHAR",
    "unicodeChar": "VARCHAR",
}


@pytest.fixture(scope="session")
def sample_catalog(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """The sample data and TAP_SCHEMA as they are published, with tables of a user, without rows."""
    described = resources.files("astrohub_archive.data") / "felis"
    schemas = []
    for name, index in (("gaia_dr3_g10", "source_id"), ("hipparcos", "hip")):
        felis = read_felis(Path(str(described / f"{name}.yaml")))
        storage = HatsTable(Path("/none"), "ra", "dec", (), {index: IndexCatalog(index, ())})
        tables = tuple(Table(name, t.name, describe_columns(t, {index}), storage) for t in felis.tables)
        schemas.append(Schema(name, tables))
    felis = read_felis(Path(str(described / "ivoa.yaml")))
    obscore = Table("ivoa", "obscore", describe_columns(felis.tables[0], ()), PlainTable(()))
    schemas.append(Schema("ivoa", (obscore,)))
    published = publish(Catalog(schemas), tmp_path_factory.mktemp("tap-schema"))
    position = (Column("ra", "double", unit="deg"), Column("dec", "double", unit="deg"))
    span = Column("span", "double", arraysize="2", xtype="interval")
    mine = Table("tap_upload", "mine", (Column("id", "long"), *position, span), PlainTable(()))
    bright = Table("mydb", "bright", (Column("source_id", "long"), *position), PlainTable(()))
    for table in (mine, bright):
        published = published.with_schema(Schema(table.schema, (table,)), qualified_only=True)
    return published


@pytest.fixture(scope="session")
def sample_read(sample_catalog: Catalog, limits: Limits) -> Callable[[str], Statement]:
    """Understand a query against the sample data."""
    understand("SELECT ra FROM gaia_source", sample_catalog, limits)
    return lambda text: understand(text, sample_catalog, limits)


@pytest.fixture(scope="session")
def sample_database(sample_catalog: Catalog) -> duckdb.DuckDBPyConnection:
    """An engine that holds the sample tables, with three made-up rows each."""
    connection = duckdb.connect()
    for table in sample_catalog.tables():
        columns = ", ".join(f'{_made_up(column)} AS "{column.name}"' for column in table.columns)
        rows = "(VALUES (1), (2), (NULL)) AS made_up(n)"
        if "_healpix_29" not in columns:
            columns += ', CAST(n AS BIGINT) AS "_healpix_29"'
        connection.execute(f'CREATE TABLE "{table.name}" AS SELECT {columns} FROM {rows}')
    return connection


def _made_up(column: Column) -> str:
    """Return what a column's values are made of the number of their row."""
    if column.datatype == "boolean":
        return "(n = 1)"
    value = f"CAST(n AS {ENGINE_TYPES[column.datatype]})"
    is_array = column.datatype not in ("char", "unicodeChar") and column.arraysize is not None
    return f"array_value({', '.join([value] * int(column.arraysize or 1))})" if is_array else value
