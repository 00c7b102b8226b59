"""Faults as people make them: one in a good query, with its place and the name that was meant."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

__all__ = ["KINDS", "Faulty", "faulty"]

_GOOD = """SELECT TOP 5 g.source_id, g.phot_g_mean_mag AS mag FROM gaia_dr3_g10.gaia_source AS g
WHERE g.phot_g_mean_mag < 5 AND g.dec > 0 ORDER BY g.ra

SELECT hip, ABS(parallax) AS p FROM hipparcos.hip2 WHERE name LIKE 'A%' OR b_v BETWEEN 0 AND 1

SELECT solution, COUNT(*) AS n, AVG(parallax), MAX(hp_mag) FROM hipparcos.hip2 GROUP BY solution
HAVING AVG(parallax) > 1 ORDER BY solution

SELECT h.hip, g.source_id FROM hipparcos.hip2 AS h JOIN gaia_dr3_g10.gaia_source AS g
ON DISTANCE(h.ra, h.dec, g.ra, g.dec) < 0.1 WHERE h.parallax IN (1, 2, 3)

SELECT CASE WHEN hip > 5 THEN 'yes' ELSE 'no' END AS v, CAST(hip AS VARCHAR) FROM hipparcos.hip2
WHERE 1 = CONTAINS(POINT(ra, dec), CIRCLE(10, 20, 1)) AND name IS NOT NULL

WITH bright AS (SELECT ra, dec FROM gaia_dr3_g10.gaia_source WHERE phot_g_mean_mag < 5) SELECT b.ra
FROM bright AS b WHERE EXISTS (SELECT hip FROM hipparcos.hip2 AS h WHERE h.dec < b.dec)

SELECT ra, dec, COALESCE(parallax, 0), ROUND(hp_mag, 2), UPPER(name) FROM hipparcos.hip2
WHERE SQRT(pow_free) > 1

SELECT POWER(ra, 2), LOG10(dec), MOD(hip, 7), FLOOR(parallax), LOWER(name) FROM hipparcos.hip2
WHERE hip IN (SELECT hip FROM hipparcos.hip2 WHERE solution = 5)

SELECT source_id, pmra, pmdec, SQRT(pmra * pmra + pmdec * pmdec) AS pm FROM gaia_dr3_g10.gaia_source
WHERE 1 = INTERSECTS(POINT(ra, dec), POLYGON(10, 10, 12, 10, 11, 12)) AND pmra IS NOT NULL

SELECT DEGREES(ra), RADIANS(dec), COS(ra), SIN(dec), TRUNCATE(parallax, 1) FROM hipparcos.hip2
WHERE DISTANCE(POINT(ra, dec), POINT(180, 0)) < 2
UNION SELECT ra, dec, ra, dec, parallax FROM hipparcos.hip2"""
QUERIES = _GOOD.replace("WHERE SQRT(pow_free) > 1", "WHERE SQRT(hp_mag) > 1").split("\n\n")

_COLUMNS = {
    *("source_id", "ra", "dec", "phot_g_mean_mag", "pmra", "pmdec", "hip", "parallax", "hp_mag", "b_v"),
    *("solution", "variable", "name", "observed", "covariance"),
}
_TABLES = {"gaia_source": "gaia_dr3_g10.gaia_source", "hip2": "hipparcos.hip2"}
_KEYWORDS = {"WHERE", "BETWEEN", "ORDER", "GROUP", "HAVING", "UNION"}
_WORD = re.compile(r"'[^']*'|[A-Za-z_][A-Za-z_0-9]*|\d+(?:\.\d+)?|<=|>=|<>|\S")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Faulty:
    """A query with one fault: from where to where it is, what was meant if that is a name, and the kind."""

    text: str
    start: int
    end: int
    meant: str | None
    kind: str


def faulty(seed: str) -> Faulty:
    """Return the faulty query of a seed."""
    dice = random.Random(seed)
    while True:
        kind = dice.choice(list(KINDS))
        text = dice.choice(QUERIES)
        if dice.random() < 0.5:
            text = text.replace("\n", dice.choice(["\n\n  ", " -- then\n", " "]))
        made = KINDS[kind](dice, text, list(_WORD.finditer(re.sub(r"--.*", lambda c: " " * len(c[0]), text))))
        if made is not None:
            return Faulty(*made, kind)


_Made = tuple[str, int, int, str | None] | None
_Words = list[re.Match[str]]


def _exchanged(text: str, word: re.Match[str], other: str, meant: str | None = None) -> _Made:
    start = word.start()
    return text[:start] + other + text[word.end() :], start, start + len(other), meant


def _misspelt(dice: random.Random, word: str) -> str:
    """Return a word with one slip of the keyboard; its first letter stays."""
    place = dice.randrange(1, len(word))
    slip = dice.randrange(4)
    if slip == 0 and len(word) > 3:
        return word[:place] + word[place + 1 :]
    if slip == 1 and place + 1 < len(word):
        return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    letter = dice.choice(_LETTERS)
    return word[:place] + letter + word[place + (slip == 2) :]


def _typo(
    dice: random.Random, text: str, words: _Words, known: dict[str, str], *, calls: bool = False
) -> _Made:
    fitting = [
        word
        for word, after in zip(words, [*words[1:], None], strict=True)
        if word[0] in known and (after is not None and after[0] == "(") == calls
    ]
    if not fitting:
        return None
    word = dice.choice(fitting)
    other = _misspelt(dice, word[0])
    if other.lower() in {name.lower() for name in known}:
        return None
    return _exchanged(text, word, other, known[word[0]])


def _column(dice: random.Random, text: str, words: _Words) -> _Made:
    # Of a name of two or three letters, nobody can say after a slip which one was meant.
    return _typo(dice, text, words, {name: name for name in _COLUMNS if len(name) > 3})


def _short_column(dice: random.Random, text: str, words: _Words) -> _Made:
    made = _typo(dice, text, words, {name: name for name in _COLUMNS if len(name) <= 3})
    return None if made is None or made[0][made[1] : made[2]] in _COLUMNS else (*made[:3], None)


def _table(dice: random.Random, text: str, words: _Words) -> _Made:
    return _typo(dice, text, words, _TABLES)


def _function(dice: random.Random, text: str, words: _Words) -> _Made:
    names = {w[0]: w[0] for w, after in pairwise(words) if after[0] == "(" and len(w[0]) > 3}
    names = {name: name for name in names if name.isupper() and name not in ("EXISTS", "CAST")}
    return _typo(dice, text, words, names, calls=True)


def _keyword(dice: random.Random, text: str, words: _Words) -> _Made:
    """Misspell a word of the grammar: it is seen there, or at the next word."""
    places = [n for n, word in enumerate(words) if word[0] in _KEYWORDS]
    if not places:
        return None
    n = dice.choice(places)
    other = _misspelt(dice, words[n][0])
    if other.upper() == words[n][0]:
        return None
    made = _exchanged(text, words[n], other)
    assert made is not None
    following = words[min(n + 2, len(words) - 1)].end() + len(made[0]) - len(text)
    return made[0], words[n - 1].start(), following, None


def _comma(dice: random.Random, text: str, words: _Words) -> _Made:
    """Leave out a comma between arguments: it is seen at one of them, or at the call."""
    places = [n for n, word in enumerate(words) if word[0] == "," and _call_around(words, n) is not None]
    if not places:
        return None
    n = dice.choice(places)
    call = _call_around(words, n)
    assert call is not None
    word = words[n]
    return text[: word.start()] + " " + text[word.end() :], words[call].start(), words[n + 1].end(), None


def _parenthesis(dice: random.Random, text: str, words: _Words) -> _Made:
    """Leave out a parenthesis: it is seen where it is missing, or at what it belongs to."""
    places = [n for n, word in enumerate(words) if word[0] in "()"]
    if not places:
        return None
    n = dice.choice(places)
    word = words[n]
    cut = text[: word.start()] + " " + text[word.end() :]
    if word[0] == "(":
        closing = _closing(words, n)
        return cut, words[max(n - 1, 0)].start(), words[closing].end(), None
    call = _call_around(words, n)
    start = words[call].start() if call is not None else words[_opening(words, n)].start()
    outer = _call_around(words, n + 1)
    start = min(start, words[outer].start()) if outer is not None else start
    return cut, start, words[min(n + 2, len(words) - 1)].end(), None


def _type(dice: random.Random, text: str, words: _Words) -> _Made:
    """Put a text where a number must stand, or a number where a text must: seen at it or beside it."""
    places = [
        n
        for n, word in enumerate(words)
        if (word[0].isdigit() and words[n - 1][0] in "<>,(" and words[n - 2][0] not in ("TOP", "IN"))
        or word[0].startswith("'A")
    ]
    places = [n for n in places if words[n - 1][0] != "("]
    if not places:
        return None
    n = dice.choice(places)
    made = _exchanged(text, words[n], "7" if words[n][0].startswith("'") else "'seven'")
    assert made is not None
    call = _call_around(words, n)
    start = words[call].start() if call is not None else words[max(n - 4, 0)].start()
    return made[0], start, made[2], None


def _sign(dice: random.Random, text: str, words: _Words) -> _Made:
    """Slip a sign in that the language does not have."""
    word = dice.choice([word for word in words if word[0][0].isalpha()])
    sign = dice.choice("@#?$;{[`!")
    made = text[: word.end()] + sign + text[word.end() :]
    return made, word.start(), word.end() + 2, None


def _unclosed(dice: random.Random, text: str, words: _Words) -> _Made:
    quoted = [word for word in words if word[0].startswith("'")]
    if not quoted:
        return None
    word = quoted[-1]
    return text[: word.end() - 1] + " " + text[word.end() :], word.start(), len(text), None


def _opening(words: _Words, n: int) -> int:
    depth = 0
    for place in range(n - 1, -1, -1):
        depth += (words[place][0] == ")") - (words[place][0] == "(")
        if depth < 0:
            return place
    return 0


def _closing(words: _Words, n: int) -> int:
    depth = 0
    for place in range(n, len(words)):
        depth += (words[place][0] == "(") - (words[place][0] == ")")
        if depth == 0:
            return min(place + 1, len(words) - 1)
    return len(words) - 1


def _call_around(words: _Words, n: int) -> int | None:
    """Return the place of the name of the call in whose parentheses a word stands."""
    opening = _opening(words, n)
    name = words[opening - 1][0] if opening else ""
    return opening - 1 if name.isupper() and name not in ("IN", "AS", "EXISTS") else None


KINDS: dict[str, Callable[[random.Random, str, _Words], _Made]] = {
    "column": _column,
    "short column": _short_column,
    "table": _table,
    "function": _function,
    "keyword": _keyword,
    "comma": _comma,
    "parenthesis": _parenthesis,
    "type": _type,
    "sign": _sign,
    "quote": _unclosed,
}
