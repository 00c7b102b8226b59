"""Documents hold whatever text comes, and stay XML."""

from __future__ import annotations

from datetime import UTC, datetime
from xml.etree import ElementTree

from astrohub_archive.ivoa.errors import error_document
from astrohub_archive.ivoa.parameters import Parameters
from astrohub_archive.ivoa.uws import Job, Phase
from astrohub_archive.ivoa.uws.documents import job_document

NASTY = "a < b & c > \"d\" 'e' ]]> \x00 \x1b \ufffe ünïcödé 𝛼"
CLEAN = "a < b & c > \"d\" 'e' ]]> \ufffd \ufffd \ufffd ünïcödé 𝛼"
UWS = "{http://www.ivoa.net/xml/UWS/v1.0}"


def test_an_error_document_holds_any_text() -> None:
    info = ElementTree.fromstring(error_document(NASTY)).find(".//{*}INFO")
    assert info is not None
    assert info.attrib == {"name": "QUERY_STATUS", "value": "ERROR"}
    assert info.text == CLEAN


def test_a_job_document_holds_any_query() -> None:
    now = datetime(2026, 11, 21, 12, tzinfo=UTC)
    job = Job("abc", None, Phase.PENDING, Parameters([("query", NASTY)]), now, now, 60)
    top = ElementTree.fromstring(job_document(job, "http://here/tap/async/abc"))
    assert top.findtext(f"{UWS}jobId") == "abc"
    assert top.findtext(f"{UWS}phase") == "PENDING"
    assert top.findtext(f"{UWS}creationTime") == "2026-11-21T12:00:00.000Z"
    parameter = top.find(f"{UWS}parameters/{UWS}parameter")
    assert parameter is not None
    assert (parameter.get("id"), parameter.text) == ("QUERY", CLEAN)
