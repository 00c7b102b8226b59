"""Queries made worse: by characters, by words, and by exchanging parts of their trees."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from functools import cache
from itertools import chain
from typing import Any

from ..answers.grammar import generate
from ..answers.trees import Term
from ..answers.writers import Adql
from .corpus import REFUSED

__all__ = ["mutated"]

_WORD = re.compile(r"'[^']*'|\w+|\s+|<=|>=|<>|\|\||\S")
_CHARACTERS = "'\"();,.*-+/%=<>| \n\t\0\x1b\\`$@#?:[]{}!~^&_0123456789eExX" + "aé\u202e\ufeff\U0001f52d\ud800"
_HOSTILE = [word for text in chain(*REFUSED.values()) for word in _WORD.findall(text) if word.strip()]


_BASES = 400
_generated = cache(generate)


def _base(dice: random.Random) -> Any:
    """Return one of some hundred good queries: making one costs more than changing it."""
    return _generated(f"base-{dice.randrange(_BASES)}")


def mutated(seed: str) -> str:
    """Return the text of a seed: a query that was good, with one to four changes of one kind."""
    dice = random.Random(seed)
    kind = dice.choice((_by_tree,) * 6 + (_by_words,) * 2 + (_by_characters,) * 2)
    return kind(dice)


def _by_tree(dice: random.Random) -> str:
    query = _base(dice)
    others = [*_terms(_base(dice)), *_terms(_base(dice))]
    for _ in range(dice.randint(1, 3)):
        terms = list(_terms(query))
        if not terms or not others:
            break
        old = dice.choice(terms)
        # What comes from another query mostly names tables that are not there.
        alike = [term for term in terms if term.kind == old.kind and term.op != "in_query"]
        new = dice.choice(alike if alike and dice.random() < 0.8 else others)
        query = _exchanged(query, old, new)
    return Adql().query(query)


def _terms(node: Any) -> Iterator[Term]:
    if isinstance(node, Term):
        yield node
    if isinstance(node, tuple):
        for part in node:
            yield from _terms(part)
    elif is_dataclass(node) and not isinstance(node, type):
        for field in fields(node):
            yield from _terms(getattr(node, field.name))


def _exchanged(node: Any, old: Term, new: Term) -> Any:
    if node is old:
        return new
    if isinstance(node, tuple):
        return tuple(_exchanged(part, old, new) for part in node)
    if is_dataclass(node) and not isinstance(node, type):
        changes = {f.name: _exchanged(getattr(node, f.name), old, new) for f in fields(node) if f.init}
        return replace(node, **changes)
    return node


def _by_words(dice: random.Random) -> str:
    words = _WORD.findall(Adql().query(_base(dice)))
    others = _WORD.findall(Adql().query(_base(dice)))
    for _ in range(dice.randint(1, 4)):
        place, choice = dice.randrange(len(words)), dice.randrange(5)
        if choice == 0 and len(words) > 1:
            del words[place]
        elif choice == 1:
            words.insert(place, words[dice.randrange(len(words))])
        elif choice == 2:
            words[place] = dice.choice(others)
        elif choice == 3:
            words.insert(place, f" {dice.choice(_HOSTILE)} ")
        else:
            other = dice.randrange(len(words))
            words[place], words[other] = words[other], words[place]
    return "".join(words)


def _by_characters(dice: random.Random) -> str:
    text = Adql().query(_base(dice))
    for _ in range(dice.randint(1, 4)):
        place = dice.randrange(len(text) + 1)
        if dice.random() < 0.5:
            text = text[:place] + dice.choice(_CHARACTERS) + text[place:]
        else:
            text = text[:place] + text[place + dice.randint(1, 3) :]
    return text
