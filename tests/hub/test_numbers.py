"""Users and groups keep the numbers that they once got."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from astrohub_hub.identities import NumberBook, NumbersExhausted
from astrohub_hub.kubernetes_settings import Identities
from pydantic import ValidationError
from sqlalchemy import create_engine
from sqlalchemy.orm import Session


@pytest.fixture
def db() -> Iterator[Session]:
    """A database that nothing is in."""
    with Session(create_engine("sqlite://")) as session:
        yield session


@pytest.fixture
def book() -> NumberBook:
    """A book that begins where a site's would."""
    return NumberBook(Identities())


def test_users_get_one_number_after_the_other_and_keep_it(db: Session, book: NumberBook) -> None:
    given = [book.of_user(db, name) for name in ("ada", "grace", "ada")]
    assert given == [100_000, 100_001, 100_000]


def test_another_hub_with_the_same_database_gives_the_same_number(db: Session, book: NumberBook) -> None:
    first = book.of_user(db, "ada")
    assert NumberBook(Identities()).of_user(db, "ada") == first


def test_a_user_and_a_group_of_one_name_have_different_numbers(db: Session, book: NumberBook) -> None:
    assert book.of_user(db, "desi") == 100_000
    assert book.of_groups(db, ["lsst", "desi"]) == [1_000_000, 1_000_001]
    assert book.of_groups(db, ["lsst"]) == [1_000_001]


def test_a_beginning_that_is_moved_up_changes_no_number(db: Session, book: NumberBook) -> None:
    book.of_user(db, "ada")
    later = NumberBook(Identities(first_user=200_000))
    assert (later.of_user(db, "ada"), later.of_user(db, "grace")) == (100_000, 200_000)


def test_a_beginning_that_is_moved_down_gives_no_number_twice(db: Session, book: NumberBook) -> None:
    book.of_user(db, "ada")
    assert NumberBook(Identities(first_user=5_000)).of_user(db, "grace") == 100_001


def test_users_never_get_numbers_of_groups(db: Session) -> None:
    book = NumberBook(Identities(first_user=5_000, first_group=5_001))
    book.of_user(db, "ada")
    with pytest.raises(NumbersExhausted, match="up to 5000"):
        book.of_user(db, "grace")


def test_groups_must_begin_above_users() -> None:
    with pytest.raises(ValidationError, match="firstGroup must be above firstUser"):
        Identities(first_user=5_000, first_group=5_000)
