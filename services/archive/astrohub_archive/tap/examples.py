"""Queries to begin with, as DALI 1.1 (§2.3) examples: XHTML that people and clients read alike."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..catalog import Catalog
from ..ivoa.xml import add, document, root
from ..models import HatsTable, Table
from .data_models import data_models

__all__ = ["examples_document"]


@dataclass(frozen=True)
class _Example:
    identifier: str
    name: str
    query: str


def examples_document(catalog: Catalog) -> bytes:
    """Return examples over the published tables; every one can be run as it stands."""
    top = root("html", {"": "http://www.w3.org/1999/xhtml"}, lang="en")
    head = add(top, "head")
    add(head, "title", "Examples")
    body = add(top, "body", vocab="http://www.ivoa.net/rdf/examples#")
    add(body, "h1", "Examples")
    for example in _examples(catalog):
        element = add(body, "div", typeof="example", id=example.identifier, resource=f"#{example.identifier}")
        add(element, "h2", example.name, property="name")
        add(element, "pre", example.query, property="query")
    return document(top)


def _examples(catalog: Catalog) -> list[_Example]:
    examples = [
        _Example(
            "tables",
            "Which tables there are",
            "SELECT table_name, description FROM tap_schema.tables ORDER BY table_name",
        )
    ]
    if data_models(catalog):
        examples.append(_OBSERVATIONS)
    for table in catalog.tables():
        if isinstance(table.storage, HatsTable) and table.storage.partitions:
            examples.append(_cone(table, table.storage))
    return examples


_OBSERVATIONS = _Example(
    "obscore",
    "Images and spectra around a place",
    "SELECT TOP 100 obs_id, dataproduct_type, access_url, s_region FROM ivoa.obscore "
    "WHERE 1 = INTERSECTS(s_region, CIRCLE('ICRS', 182.5, 0.5, 0.5))",
)
_SKY_SQUARE_DEG = 41_252.96
_ABOUT_ROWS = 200


def _centre(storage: HatsTable) -> tuple[float, float, float]:
    """Return a place where the table has rows, and a radius that holds some of them; degrees."""
    from cdshealpix import nested  # loads astropy, for which no start needs to wait

    areas = {one: _SKY_SQUARE_DEG / (12 * 4**one.norder) for one in storage.partitions}
    densest = max(areas, key=lambda one: one.rows / areas[one])
    lon, lat = nested.healpix_to_lonlat([densest.npix], densest.norder)
    radius = math.sqrt(_ABOUT_ROWS / (densest.rows / areas[densest]) / math.pi)
    ra, dec = (round(float(angle[0].to_value("deg")), 2) for angle in (lon, lat))
    return ra, dec, round(min(max(radius, 0.05), 20), 2)


def _cone(table: Table, storage: HatsTable) -> _Example:
    ra, dec = storage.ra_column, storage.dec_column
    lon, lat, radius = _centre(storage)
    return _Example(
        f"cone-{table.schema}-{table.name}",
        f"Rows of {table.qualified_name} within {radius} degrees of a place",
        f"SELECT TOP 100 * FROM {table.qualified_name} "  # noqa: S608 -- a text to read, from our own names
        f"WHERE 1 = CONTAINS(POINT('ICRS', {ra}, {dec}), CIRCLE('ICRS', {lon}, {lat}, {radius}))",
    )
