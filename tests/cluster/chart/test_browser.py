"""A day at the site, in a real browser: log in, start a Lab, ask the archive, keep the answer in VOSpace."""

from __future__ import annotations

import csv
from collections.abc import Iterator

import pytest
import requests
from playwright.sync_api import expect

from .conftest import STUDENTS
from .desk import at_desk, notebook_of, put_into_home
from .site import PATIENCE_S, Lab, Site

QUERY = "SELECT TOP 5 source_id, phot_g_mean_mag FROM gaia_dr3_g10.gaia_source ORDER BY phot_g_mean_mag"
NOTEBOOK = notebook_of(
    f"import astrohub\nbrightest = astrohub.query({QUERY!r})\nbrightest",
    "brightest.write('/tmp/brightest.csv', format='ascii.csv', overwrite=True)",
    "kept = astrohub.files.put('/tmp/brightest.csv', 'brightest.csv', replace=True)",
    "print(len(brightest), 'stars are in', kept)",
)


@pytest.fixture
def newcomer(site: Site) -> Iterator[Lab]:
    """Somebody without a server, to whose home a colleague's notebook has come."""
    person = Lab(site, STUDENTS[3])
    person.stop()
    put_into_home(person, "first-light.ipynb", NOTEBOOK)
    yield person
    person.stop()


def _ask(person: Lab, path: str, **query: str) -> str:
    """Ask the archive for something as the person may."""
    headers = {"Authorization": f"Bearer {person.token()}"}
    url = f"{person.site.url()}/services/archive/{path}"
    answer = requests.get(url, params=query, headers=headers, timeout=PATIENCE_S)
    assert answer.ok, answer.text
    return answer.text


def _identifiers(text: str) -> list[str]:
    return [row["source_id"] for row in csv.DictReader(text.splitlines())]


def test_from_the_log_in_to_an_answer_that_is_kept_in_vospace(newcomer: Lab) -> None:
    with at_desk(newcomer) as desk:
        desk.log_in()
        desk.await_lab()
        assert len(set(desk.told)) > 2, f"the page of the start has told too little: {desk.told}"
        desk.open_notebook("first-light.ipynb")
        desk.run_all()
        kept = f"/home/{newcomer.name}/brightest.csv"
        expect(desk.outputs().last).to_contain_text(f"5 stars are in {kept}")
        assert desk.watch.foreign() == []
    assert "brightest.csv" in _ask(newcomer, f"vospace/nodes{kept}")
    asked = _ask(newcomer, "tap/sync", REQUEST="doQuery", LANG="ADQL", FORMAT="csv", QUERY=QUERY)
    assert len(_identifiers(asked)) == 5
    assert _identifiers(_ask(newcomer, f"files{kept}")) == _identifiers(asked)
