"""A form stands for texts that differ in numbers only: what it says of each is what understanding it says."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest
from astrohub_archive.adql import Language, understand
from astrohub_archive.catalog import Catalog
from astrohub_archive.errors import Forbidden, QueryError
from astrohub_archive.identity import READ_ARCHIVE
from astrohub_archive.interpreters.forms import Forms
from astrohub_archive.interpreters.pool import Interpreters
from astrohub_archive.models import (
    Column,
    HatsTable,
    IdentifierFilter,
    IndexCatalog,
    Principal,
    Schema,
    Statement,
    Table,
)
from astrohub_archive.reader import Reader
from astrohub_archive.settings import Limits

from ..adql.conftest import GAIA, HIPPARCOS
from .test_interpreters import CATALOG

ADQL = [
    "SELECT TOP 5 ra FROM gaia_source WHERE 1 = CONTAINS(POINT('ICRS', ra, dec), CIRCLE('ICRS', {}, {}, {}))",
    "SELECT * FROM hip2 WHERE CONTAINS(POINT(ra, dec), CIRCLE({}, {}, 1/3600.)) = 1",
    "SELECT * FROM hip2 WHERE CONTAINS(POINT(ra, dec), CIRCLE( {} ,-{}, {})) = 1 ",
    'select h.name as "a 1 \'b" from hip2 as h where distance(point(h.ra, h.dec), point({}, {})) < {}',
    "SELECT name FROM hip2 WHERE DISTANCE(ra, dec, {}, {}) <= {}",
    "SELECT ra FROM gaia_dr3_g10.gaia_source WHERE source_id = {}",
    "SELECT ra FROM gaia_source\n WHERE source_id = -{}",
    "SELECT ra FROM gaia_source WHERE CONTAINS(POINT(ra, dec), CIRCLE({}, {}, 0.1)) = 1 AND pmra < {}",
    "SELECT ra FROM gaia_source AS g WHERE g.pmra between -{} and {} AND DISTANCE(ra, dec, {}, 7) < .5",
    "SELECT ra FROM hip2 WHERE (DISTANCE(POINT(ra, dec), POINT({}, 7)) <= 1) AND b_v IS NULL AND b_v !={}",
    "SELECT ra FROM hip2 WHERE 1 = CONTAINS(POINT(ra, dec), CIRCLE(1, 7, {})) AND solution = {}",
    "SELECT ra FROM hip2 WHERE 1 = CONTAINS(POINT(ra, dec), CIRCLE({}, 7, .5)) AND 5 > b_v AND b_v > {}",
    'SELECT ra FROM gaia_source WHERE source_id = {} AND "pmra" >= {} AND pmra <= 10',
    "SELECT ra FROM gaia_source WHERE pmra >={} AND source_id = {} AND source_id < {}",
]
POSTGRESQL = [
    "SELECT ra FROM gaia_source WHERE q3c_radial_query(ra, dec, {}, {}, {}) LIMIT 7",
    "SELECT ra FROM gaia_source WHERE source_id = {}",
    "SELECT ra FROM gaia_source WHERE q3c_radial_query(ra, dec, {}, 7, 0.5) AND pmra < {} limit 7",
]
NUMBERS = [
    "0",
    "7",
    "10",
    "10.",
    "10.0",
    ".25",
    "0.5",
    "89.9",
    "90",
    "91",
    "3.5e1",
    "2E-3",
    "359.99",
    "400",
    "1e30",
    "1e400",
]
WHOLE = ["0", "5", "007", "9223372036854775807", "9223372036854775808", "99999999999999999999", "5.0", "1e3"]
WHOLE += ["0" * 30 + "5"]


def understood(text: str, language: Language) -> Statement | str:
    """Return a text's statement without its SQL, or the sentence by which it is refused."""
    try:
        return replace(understand(text, CATALOG, Limits(), language), sql="")
    except QueryError as e:
        return e.message


@pytest.mark.parametrize(
    ("text", "language"),
    [(text, Language.ADQL) for text in ADQL] + [(text, Language.POSTGRESQL) for text in POSTGRESQL],
)
def test_what_is_found_is_what_would_be_understood(text: str, language: Language) -> None:
    forms, chance, found = Forms(), random.Random(text), 0
    numbers = WHOLE if "source_id =" in text else NUMBERS
    for _ in range(60):
        filled = text.format(*chance.choices(numbers, k=3))
        known, statement = forms.find(filled, language), understood(filled, language)
        if known is not None:
            assert known == statement, filled
            found += 1
        elif isinstance(statement, Statement):
            forms.learn(filled, language, statement)
    assert found > 10


# Numbers that are no argument by themselves, or mean something else, though they are equal to one that does.
@pytest.mark.parametrize(
    ("learnt", "other"),
    [
        ("CIRCLE(5*2, 7, 10/100.)", "CIRCLE(5*2, 7, 20/100.)"),
        ("CIRCLE(25+25, .50, 1)", "CIRCLE(25+25, .60, 1)"),
        ("CIRCLE(5*2, 10, 1)", "CIRCLE(5*2, 11, 1)"),
        ("CIRCLE(1+0, 1, 1)", "CIRCLE(2+0, 1, 1)"),
        ("CIRCLE(10, 7, 1 /* 2 */)", "CIRCLE(10, 7, 1 /* 3 */)"),
        ("CIRCLE('ICRS', 10, 7, ABS(1))", "CIRCLE('ICRS', 10, 8, ABS(1))"),
    ],
)
def test_numbers_are_never_mistaken_for_each_other(learnt: str, other: str) -> None:
    forms = Forms()
    text = "SELECT TOP 10 ra FROM gaia_source WHERE 1 = CONTAINS(POINT(ra, dec), {})"
    statement = understood(text.format(learnt), Language.ADQL)
    assert isinstance(statement, Statement)
    forms.learn(text.format(learnt), Language.ADQL, statement)
    known = forms.find(text.format(other), Language.ADQL)
    assert known is None or known == understood(text.format(other), Language.ADQL)


@pytest.mark.parametrize(
    "condition",
    [
        "source_id = {} AND pmra = {}",
        "pmra = {} AND source_id = {}",
        "source_id = {} AND source_id < {}",
        "source_id = {} AND pmra < ({})",
        "source_id = {} AND {} > pmra",
        "source_id = {} AND pmra = {} AND pmdec IS NULL",
        "{} < pmra AND pmra < {} AND DISTANCE(ra, dec, 6, 6) < 6",
        "1 = CONTAINS(POINT(ra, dec), CIRCLE({}, 6, 6)) AND pmra BETWEEN {} AND 6",
        "DISTANCE(ra, dec, 6, 6) < {} AND pmra > {} AND pmra > 6",
    ],
)
def test_numbers_of_comparisons_are_never_mistaken_for_each_other(condition: str) -> None:
    text = f"SELECT TOP 6 ra FROM gaia_source WHERE {condition}"
    for learnt in ((6, 6), (6, 7), ("6", "6.5")):
        forms = Forms()
        statement = understood(text.format(*learnt), Language.ADQL)
        assert isinstance(statement, Statement)
        assert statement.pick is not None or learnt == ("6", "6.5")
        forms.learn(text.format(*learnt), Language.ADQL, statement)
        for asked in (
            (6, 6),
            (6, 7),
            (7, 6),
            (7, 8),
            ("6.0", "6"),
            ("6", "6.0"),
            (2**60, 2**60),
            ("6.5", 2**60),
        ):
            known = forms.find(text.format(*asked), Language.ADQL)
            assert known is None or known == understood(text.format(*asked), Language.ADQL), (learnt, asked)


def test_numbers_whose_meaning_changes_are_never_mistaken_for_each_other() -> None:
    # Which of two columns with an index is the identifier depends on which number is a whole one.
    indexes = {name: IndexCatalog(name, ()) for name in ("one", "two")}
    columns = (*(Column(name, "long", indexed=True) for name in indexes), Column("ra", "double"))
    table = Table("odd", "pairs", columns, HatsTable(Path("/pairs"), "ra", "dec", (), indexes))
    catalog, forms, found = Catalog([Schema("odd", (table,))]), Forms(), 0
    chance = random.Random(3)
    for _ in range(800):
        top, numbers = chance.choice((5, 6)), chance.choices(("8", "8.0", "9", "9.5"), k=2)
        text = "SELECT TOP {} one FROM pairs WHERE one = {} AND two = {}".format(top, *numbers)
        statement = replace(understand(text, catalog, Limits(), Language.ADQL), sql="")
        known = forms.find(text, Language.ADQL)
        assert known is None or known == statement, text
        found += known is not None
        if chance.random() < 0.5:
            forms.learn(text, Language.ADQL, statement)
    assert found > 100


LISTS = ["5, 6", "5,6", " 6 ,\n5 ", "-5, 6", "5, 5", "7, " * 60 + "8", "9223372036854775807, 1"]
ODD_LISTS = [
    "5",
    "5.0, 6",
    "5, ",
    "",
    "5 6",
    "5, 9223372036854775808",
    "5, -9223372036854775809",
    "5, 6)",
    "'5', 6",
]
ODD_LISTS += [
    "5, 6 /* 7 */",
    "5, x",
    "5, 6e0",
    "00000000000000000000005, 6",
    "(5), 6",
    "\u0665, 6",
    "5, - 6",
    "\1",
]


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ra FROM gaia_source WHERE source_id IN ({})",
        "SELECT TOP 7 ra, 'in (7, 8)' FROM gaia_source AS g WHERE g.SOURCE_ID in({}) AND pmra < 5",
        "SELECT TOP 7 ra FROM gaia_source AS g WHERE pmra >= 5 AND g.source_id IN ({}) AND g.pmra < 6",
        "SELECT ra FROM gaia_source WHERE source_id NOT IN ({})",
        "SELECT ra FROM gaia_source WHERE NOT source_id IN ({})",
        "SELECT ra FROM gaia_source WHERE source_id IN ({}) OR pmra < 5",
        "SELECT ra FROM gaia_source WHERE source_id IN ({}) AND source_id IN (5, 6)",
        "SELECT ra FROM gaia_source WHERE source_id = 5 AND pmra IN ({})",
        "SELECT ra FROM gaia_source WHERE (source_id = 5 OR source_id = 6) AND pmra IN ({})",
        "SELECT ra FROM gaia_source WHERE source_id IN ({}) AND DISTANCE(ra, dec, 6, 6) < 6",
        "SELECT ra, 'source_id in ({})' AS t FROM gaia_source WHERE source_id = 5",
        "SELECT ra FROM gaia_source WHERE source_id = 5 -- AND source_id IN ({})",
        'SELECT ra FROM gaia_source WHERE "source_id" IN ({})',
        "SELECT ra FROM hip2 WHERE solution IN ({})",
    ],
)
def test_lists_are_found_as_they_would_be_understood(text: str) -> None:
    found = 0
    for learnt in (*LISTS, "7, " * 200 + "8"):
        forms = Forms()
        statement = understood(text.format(learnt), Language.ADQL)
        if isinstance(statement, Statement):
            forms.learn(text.format(learnt), Language.ADQL, statement)
        for asked in (*LISTS, *ODD_LISTS):
            known = forms.find(text.format(asked), Language.ADQL)
            assert known is None or known == understood(text.format(asked), Language.ADQL), (learnt, asked)
            found += known is not None
    takes_lists = "source_id IN ({})" in text or "SOURCE_ID in({})" in text
    is_sole = not any(word in text for word in ("NOT", "OR", "IN (5, 6)", "DISTANCE", "--", "in (7, 8)"))
    assert (found > 20) == (takes_lists and is_sole)


def test_what_is_longer_than_all_that_was_understood_has_to_be_understood_first() -> None:
    forms = Forms()
    text = "SELECT ra FROM gaia_source WHERE source_id IN ({})"
    statement = understood(text.format("50000, 6"), Language.ADQL)
    assert isinstance(statement, Statement)
    forms.learn(text.format("50000, 6"), Language.ADQL, statement)
    known = forms.find(text.format("70000, 8"), Language.ADQL)
    assert known is not None
    assert known.scans[0].identifiers == IdentifierFilter("source_id", (70000, 8))
    assert forms.find(text.format("70000, 88"), Language.ADQL) is None


def test_digits_that_a_query_may_not_have_are_none() -> None:
    forms = Forms()
    text = "SELECT ra FROM gaia_source WHERE source_id = {}"
    statement = understood(text.format(5), Language.ADQL)
    assert isinstance(statement, Statement)
    forms.learn(text.format(5), Language.ADQL, statement)
    assert forms.find(text.format("\u0665"), Language.ADQL) is None
    assert forms.find(text.format("\n\t 6").replace(" FROM", "\r\n  FROM"), Language.ADQL) is not None


def test_other_numbers_and_languages_are_other_forms() -> None:
    forms = Forms()
    text = "SELECT TOP 5 ra FROM gaia_source WHERE source_id = 7"
    statement = understood(text, Language.ADQL)
    assert isinstance(statement, Statement)
    forms.learn(text, Language.ADQL, statement)
    assert forms.find(text, Language.ADQL) == statement
    assert forms.find(text.replace("7", "8"), Language.ADQL) is not None
    assert forms.find(text.replace("TOP 5", "TOP 6"), Language.ADQL) is None
    assert forms.find(text, Language.POSTGRESQL) is None


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ra FROM gaia_source WHERE ra = 7",
        "SELECT ra FROM gaia_source WHERE source_id = 7 -- 8",
        "SELECT ra FROM gaia_source WHERE source_id = 7" + " " * 2_000 + "",
        "SELECT ra + 1 FROM gaia_source WHERE source_id = 7",
        "SELECT ra FROM gaia_source WHERE 7 = source_id",
    ],
)
def test_what_does_not_pick_or_is_unusual_is_not_remembered(text: str) -> None:
    forms = Forms()
    statement = understood(text, Language.ADQL)
    assert isinstance(statement, Statement)
    forms.learn(text, Language.ADQL, statement)
    assert forms.find(text, Language.ADQL) is None


def test_few_are_kept_and_all_are_forgotten_with_the_tables() -> None:
    forms = Forms(most=3)
    texts = [f"SELECT TOP {top} ra FROM gaia_source WHERE source_id = 7" for top in range(1, 6)]
    for text in texts:
        statement = understood(text, Language.ADQL)
        assert isinstance(statement, Statement)
        forms.learn(text, Language.ADQL, statement)
    assert [forms.find(text, Language.ADQL) is not None for text in texts] == [False, False, True, True, True]
    forms.forget()
    assert not any(forms.find(text, Language.ADQL) for text in texts)


SPACES = " " * 600


# A text of which the cost grew by more than its length would not come back before the test is ended.
@pytest.mark.parametrize(
    "text",
    [
        "'" * 1_999,
        "\"'" * 999,
        "1" * 2_000,
        "1." * 1_000,
        "(-" * 1_000,
        "=" * 2_000,
        f"CIRCLE({SPACES}1,{SPACES}1,{SPACES}1 x",
        f"DISTANCE(ra,dec,{SPACES}1,{SPACES}1){SPACES}",
        "CIRCLE(1,1," * 180,
        "CIRCLE(1 ,1 , \t\n" * 110,
        "POINT('" * 280,
        "IN(" * 60_000,
        "IN (1,1" * 20_000,
        "IN (" + "1," * 90_000,
        "IN (" + "1 ," * 90_000 + "1.0)",
        f"IN ({SPACES}1{SPACES},{SPACES}1{SPACES},{SPACES}" * 50,
        "\0",
        "",
    ],
)
def test_hostile_texts_are_cut_quickly_and_mean_nothing(text: str) -> None:
    forms = Forms()
    statement = understood("SELECT ra FROM gaia_source WHERE source_id = 7", Language.ADQL)
    assert isinstance(statement, Statement)
    forms.learn(text, Language.ADQL, statement)
    assert forms.find(text, Language.ADQL) is None


async def test_a_reader_remembers_public_tables_until_they_change(tmp_path: Path) -> None:
    own = Schema("mydb", (replace(GAIA, schema="mydb"),))
    reader = Reader(CATALOG, lambda user, text: own, Interpreters(CATALOG, Limits()), tmp_path)
    anybody, user = Principal(None, frozenset({READ_ARCHIVE})), Principal("ada", frozenset({READ_ARCHIVE}))
    public, private = (
        f"SELECT ra FROM {schema}.gaia_source WHERE source_id = 7" for schema in ("gaia_dr3_g10", "mydb")
    )
    await reader.start()
    try:
        for text in (public, private):
            assert (await reader.understand(user, text)).pick is not None
        known = reader.remembered(anybody, public.replace("7", "8"), Language.ADQL)
        assert known == understood(public.replace("7", "8"), Language.ADQL)
        assert reader.remembered(user, private, Language.ADQL) is None
        with pytest.raises(Forbidden):
            reader.remembered(Principal("eve"), public, Language.ADQL)
        await reader.renew(Catalog([Schema("hipparcos", (HIPPARCOS,))]))
        assert reader.remembered(anybody, public, Language.ADQL) is None
    finally:
        await reader.stop()
