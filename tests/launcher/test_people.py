"""Sample accounts and their passwords."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from astrohub_launcher.errors import LauncherError
from astrohub_launcher.people import make_sample_accounts, new_password, set_password, shown_passwords

from ..support.small_clone import SmallClone


def _fits(entry: dict[str, str], password: str) -> bool:
    kind, n, r, p, salt, digest = entry["hash"].split("$")
    found = hashlib.scrypt(
        password.encode(), salt=bytes.fromhex(salt), n=int(n), r=int(r), p=int(p), dklen=64
    )
    return (kind, n, r, p, len(salt), found.hex()) == ("scrypt", "16384", "8", "1", 32, digest)


def _files(folder: Path) -> tuple[Path, Path]:
    return folder / "accounts.json", folder / "sample-accounts"


def test_passwords_are_kept_as_scrypt_hashes(tmp_path: Path) -> None:
    accounts, shown = _files(tmp_path)
    passwords = make_sample_accounts(accounts, shown)
    entries = json.loads(accounts.read_text())
    assert {name for name, entry in entries.items() if entry["admin"]} == {"administrator"}
    assert all(_fits(entries[name], password) for name, password in passwords.items())
    assert shown_passwords(shown) == passwords
    assert not any(password in accounts.read_text() for password in passwords.values())


def test_accounts_that_are_there_are_left_alone(tmp_path: Path) -> None:
    accounts, shown = _files(tmp_path)
    make_sample_accounts(accounts, shown)
    before = accounts.read_text()
    assert make_sample_accounts(accounts, shown) == {}
    assert accounts.read_text() == before


def test_a_new_password_replaces_the_old_one_where_it_is_shown(tmp_path: Path) -> None:
    accounts, shown = _files(tmp_path)
    old = make_sample_accounts(accounts, shown)["researcher"]
    new = set_password(accounts, shown, "researcher", None)
    entry = json.loads(accounts.read_text())["researcher"]
    assert (_fits(entry, new), _fits(entry, old)) == (True, False)
    assert shown_passwords(shown)["researcher"] == new


def test_a_chosen_password_is_shown_nowhere(tmp_path: Path) -> None:
    accounts, shown = _files(tmp_path)
    make_sample_accounts(accounts, shown)
    set_password(accounts, shown, "researcher", "correct horse battery")
    assert "researcher" not in shown_passwords(shown)
    assert _fits(json.loads(accounts.read_text())["researcher"], "correct horse battery")


def test_a_deleted_list_of_passwords_stays_deleted(tmp_path: Path) -> None:
    accounts, shown = _files(tmp_path)
    make_sample_accounts(accounts, shown)
    shown.unlink()
    set_password(accounts, shown, "researcher", None)
    assert not shown.exists()


def test_a_short_password_is_refused(tmp_path: Path) -> None:
    accounts, shown = _files(tmp_path)
    make_sample_accounts(accounts, shown)
    with pytest.raises(LauncherError, match="too short: 8 characters at least"):
        set_password(accounts, shown, "researcher", "1234567")


def test_passwords_differ_and_can_be_read_aloud() -> None:
    passwords = {new_password() for _ in range(100)}
    assert len(passwords) == 100
    assert not set("il1o0") & set("".join(passwords))


def test_the_password_command_prints_the_password_only(clone: SmallClone) -> None:
    clone.up()
    result = clone.run("password", "researcher")
    assert result.returncode == 0
    assert _fits(
        json.loads((clone.data / "hub" / "accounts.json").read_text())["researcher"], result.stdout.strip()
    )


def test_the_password_command_takes_one_from_standard_input(clone: SmallClone) -> None:
    clone.up()
    result = clone.run("password", "student1", "--stdin", text="a good long one\n")
    assert (result.returncode, result.stdout) == (0, "")
    assert _fits(
        json.loads((clone.data / "hub" / "accounts.json").read_text())["student1"], "a good long one"
    )


def test_the_password_of_nobody_cannot_be_set(clone: SmallClone) -> None:
    clone.up()
    result = clone.run("password", "nobody")
    assert result.returncode == 1
    assert "There is no account 'nobody'; there are: administrator, researcher" in result.stderr
