"""The accounts file and the passwords in it."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from astrohub_hub.accounts import Account, AccountsError, PasswordHash, read_accounts, verify

from .running_hub import password_hash


def _accounts(tmp_path: Path, content: object) -> Path:
    file = tmp_path / "accounts.json"
    file.write_text(json.dumps(content))
    return file


def test_a_right_password_gives_the_account(tmp_path: Path) -> None:
    file = _accounts(tmp_path, {"Ada.L": {"hash": password_hash(" pass wörd "), "admin": True}})
    accounts = read_accounts(file)
    found = verify(accounts, "ada.l", " pass wörd ")
    assert found is not None
    assert found.admin
    assert verify(accounts, "ada.l", "pass wörd") is None
    assert verify(accounts, "nobody", " pass wörd ") is None
    assert verify({}, "nobody", "") is None


def test_nobody_has_an_account_without_a_file(tmp_path: Path) -> None:
    assert read_accounts(tmp_path / "accounts.json") == {}


@pytest.mark.parametrize(
    "entry",
    [
        "scrypt$1024$8$1$00$00",
        {},
        {"hash": "plain"},
        {"hash": "md5$1$1$1$00$00"},
        {"hash": "scrypt$1024$8$1$00$"},
        {"hash": "scrypt$1073741824$8$1$00$00"},
        {"hash": "scrypt$x$8$1$00$00"},
        {"hash": password_hash("a"), "admin": "yes"},
        {"hash": password_hash("a"), "admn": True},
    ],
)
def test_a_wrong_entry_is_named(tmp_path: Path, entry: object) -> None:
    with pytest.raises(AccountsError, match="wrong entry for 'ada'"):
        read_accounts(_accounts(tmp_path, {"ada": entry}))


@pytest.mark.parametrize("content", [[], "ada"])
def test_a_file_of_another_shape_is_refused(tmp_path: Path, content: object) -> None:
    with pytest.raises(AccountsError, match="must hold names and accounts"):
        read_accounts(_accounts(tmp_path, content))


def test_an_unknown_name_takes_as_long_as_a_known_one() -> None:
    slow = PasswordHash(2**15, 8, 1, b"salt", b"\0" * 32)
    accounts = {"ada": Account(slow)}

    def fastest(name: str) -> float:
        times = []
        for _ in range(3):
            start = time.thread_time()  # which other programs do not lengthen
            verify(accounts, name, "wrong")
            times.append(time.thread_time() - start)
        return min(times)

    assert 0.5 < fastest("nobody") / fastest("ada") < 2
