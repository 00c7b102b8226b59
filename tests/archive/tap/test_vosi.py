"""What the service says of itself: availability, capabilities, tables, examples."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
import requests
from astrohub_archive.adql.ivoa import IVOA_FUNCTIONS
from astrohub_archive.tap.features import FEATURES, SITE_FUNCTIONS

from ...support.running_archive import RunningArchive

STARS = "gaia_dr3_g10.gaia_source"
# A query for each part of ADQL that the capabilities announce.
USES = {
    "POINT": f"SELECT TOP 1 ra FROM {STARS} WHERE DISTANCE(POINT(ra, dec), POINT(56.7, 24.1)) < 1",
    "CIRCLE": f"SELECT TOP 1 ra FROM {STARS} WHERE 1 = CONTAINS(POINT(ra, dec), CIRCLE(56.7, 24.1, 1))",
    "BOX": f"SELECT TOP 1 ra FROM {STARS} WHERE 1 = CONTAINS(POINT(ra, dec), BOX(56.7, 24.1, 2, 2))",
    "POLYGON": f"SELECT TOP 1 ra FROM {STARS} "
    "WHERE 1 = CONTAINS(POINT(ra, dec), POLYGON(56, 23, 58, 23, 57, 25))",
    "CONTAINS": f"SELECT TOP 1 ra FROM {STARS} WHERE CONTAINS(POINT(ra, dec), CIRCLE(56.7, 24.1, 1)) = 1",
    "INTERSECTS": f"SELECT TOP 1 ra FROM {STARS} WHERE 1 = INTERSECTS(POINT(ra, dec), CIRCLE(56.7, 24.1, 1))",
    "AREA": f"SELECT TOP 1 AREA(CIRCLE(ra, dec, 1)) FROM {STARS}",
    "CENTROID": f"SELECT TOP 1 CENTROID(CIRCLE(ra, dec, 1)) FROM {STARS}",
    "COORD1": f"SELECT TOP 1 COORD1(POINT(ra, dec)) FROM {STARS}",
    "COORD2": f"SELECT TOP 1 COORD2(POINT(ra, dec)) FROM {STARS}",
    "COORDSYS": f"SELECT TOP 1 COORDSYS(POINT(ra, dec)) FROM {STARS}",
    "IN_UNIT": f"SELECT TOP 1 IN_UNIT(ra, 'arcsec') FROM {STARS}",
    "DISTANCE": f"SELECT TOP 1 DISTANCE(POINT(ra, dec), POINT(56.7, 24.1)) FROM {STARS}",
    "LOWER": "SELECT table_name FROM tap_schema.tables WHERE LOWER(table_name) = 'hipparcos.hip2'",
    "UPPER": "SELECT table_name FROM tap_schema.tables WHERE UPPER(table_name) = 'HIPPARCOS.HIP2'",
    "ILIKE": "SELECT table_name FROM tap_schema.tables WHERE table_name ILIKE 'HIPPARCOS%'",
    "WITH": f"WITH few AS (SELECT TOP 3 ra FROM {STARS}) SELECT ra FROM few",
    "UNION": "SELECT TOP 1 hip FROM hipparcos.hip2 UNION SELECT TOP 1 hip FROM hipparcos.hip2",
    "EXCEPT": "SELECT table_name FROM tap_schema.tables EXCEPT SELECT table_name FROM tap_schema.columns "
    "WHERE table_name <> 'hipparcos.hip2'",
    "INTERSECT": "SELECT table_name FROM tap_schema.tables "
    "INTERSECT SELECT table_name FROM tap_schema.columns",
    "CAST": "SELECT TOP 1 CAST(hip AS VARCHAR) FROM hipparcos.hip2",
    "REGION": f"SELECT TOP 2 ra FROM {STARS} WHERE 1 = CONTAINS(POINT(ra, dec), REGION('Circle ICRS 9 9 9'))",
    "OFFSET": "SELECT hip FROM hipparcos.hip2 WHERE hip < 20 ORDER BY hip OFFSET 2",
}


def document(archive: RunningArchive, path: str) -> ElementTree.Element:
    response = requests.get(f"{archive.tap}/{path}", timeout=30)
    assert response.status_code == 200, response.text
    return ElementTree.fromstring(response.content)


def test_availability_says_that_queries_are_answered(archive: RunningArchive) -> None:
    top = document(archive, "availability")
    assert top.findtext("{*}available") == "true"
    assert top.findtext("{*}note")


def test_capabilities_name_limits_formats_and_ways_to_log_in(archive: RunningArchive) -> None:
    top = document(archive, "capabilities")
    tap = top.find("capability[@standardID='ivo://ivoa.net/std/TAP']")
    assert tap is not None
    assert tap.findtext("interface/accessURL") == archive.tap
    assert tap.findtext("outputLimit/hard") == "1000000000"
    assert tap.findtext("executionDuration/hard") == "86400"
    assert {"votable", "csv", "arrow"} <= {alias.text for alias in tap.iter("alias")}
    methods = {method.get("standardID") for method in tap.iter("securityMethod")}
    assert {None, "ivo://ivoa.net/sso#BasicAA"} <= methods


@pytest.mark.parametrize("feature", [name for names in FEATURES.values() for name in names])
def test_every_announced_part_of_the_language_is_understood(archive: RunningArchive, feature: str) -> None:
    assert feature in requests.get(f"{archive.tap}/capabilities", timeout=30).text
    response = archive.query(USES[feature])
    assert response.status_code == 200, response.text
    assert len(response.text.splitlines()) > 1


def test_the_second_language_is_announced_and_answered(archive: RunningArchive) -> None:
    top = document(archive, "capabilities")
    names = [language.findtext("name") for language in top.iter("language")]
    assert names == ["ADQL", "PostgreSQL"]
    forms = [form.text or "" for form in top.iter("form")]
    assert any(form.startswith("q3c_radial_query(") for form in forms)
    text = f"SELECT ra::int FROM {STARS} WHERE 't' = q3c_radial_query(ra, dec, 56.75, 24.1, 1) LIMIT 3"
    for name in ("PostgreSQL", "postgresql"):
        response = archive.query(text, LANG=name)
        assert response.status_code == 200, response.text
        assert len(response.text.splitlines()) == 4
    assert archive.query(text).status_code == 400


@pytest.mark.parametrize("form", SITE_FUNCTIONS)
def test_every_announced_function_takes_what_its_signature_says(form: str) -> None:
    name, arguments = form.split(" -> ")[0].rstrip(")").split("(")
    function = IVOA_FUNCTIONS[name.upper()]
    assert function.least <= arguments.count(",") + 1 <= function.most


def test_every_function_is_announced() -> None:
    assert {form.split("(")[0].upper() for form in SITE_FUNCTIONS} == set(IVOA_FUNCTIONS)


def test_an_unknown_host_is_not_believed(archive: RunningArchive) -> None:
    headers = {"Host": "evil.example"}
    text = requests.get(f"{archive.tap}/capabilities", headers=headers, timeout=30).text
    assert "evil" not in text
    assert f"{archive.tap}</accessURL>" in text


def test_tables_are_listed_with_units_and_keys_of_access(archive: RunningArchive) -> None:
    top = document(archive, "tables")
    stars = next(table for table in top.iter("table") if table.findtext("name") == STARS)
    columns = {column.findtext("name"): column for column in stars.iter("column")}
    assert columns["ra"].findtext("unit") == "deg"
    assert columns["source_id"].findtext("dataType") == "long"
    assert columns["source_id"].findtext("flag") == "indexed"
    assert "tap_schema.tables" in {table.findtext("name") for table in top.iter("table")}


def test_a_short_list_has_no_columns(archive: RunningArchive) -> None:
    top = document(archive, "tables?detail=min")
    assert next(top.iter("table"), None) is not None
    assert next(top.iter("column"), None) is None
    assert requests.get(f"{archive.tap}/tables?detail=some", timeout=30).status_code == 400


def test_one_table_can_be_asked_for(archive: RunningArchive, token: str) -> None:
    top = document(archive, f"tables/{STARS}")
    assert top.tag.endswith("}table")
    assert top.findtext("name") == STARS
    headers = {"Authorization": f"Bearer {token}"}
    for name in ("mydb.x", "nonsense.x"):
        url = f"{archive.tap}/tables/{name}"
        assert requests.get(url, timeout=30).status_code == 401
        assert requests.get(url, headers=headers, timeout=30).status_code == 404


def test_every_example_can_be_run_as_it_stands(archive: RunningArchive) -> None:
    examples = [element.text for element in document(archive, "examples").iterfind(".//{*}pre")]
    assert len(examples) >= 3
    for query in examples:
        assert query is not None
        response = archive.query(query)
        assert response.status_code == 200, response.text
        assert len(response.text.splitlines()) > 1
