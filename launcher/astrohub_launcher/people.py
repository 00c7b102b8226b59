"""The sample accounts and their passwords."""

from __future__ import annotations

import hashlib
import secrets
from pathlib import Path
from typing import Any

from .errors import LauncherError
from .files import read_json, write_json, write_whole

__all__ = ["SAMPLE_ACCOUNTS", "make_sample_accounts", "new_password", "set_password", "shown_passwords"]

#: Name -> whether it administrates.
SAMPLE_ACCOUNTS = {"administrator": True, "researcher": False, "collaborator": False, "student1": False}

_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that looks like something else
_GROUPS, _GROUP_LENGTH = 4, 4
_COST, _BLOCK, _PARALLEL, _SALT_BYTES = 2**14, 8, 1, 16
_SHORTEST = 8


def make_sample_accounts(accounts: Path, sample_accounts: Path) -> dict[str, str]:
    """Make the accounts at the first start; return names and passwords, or nothing when there are accounts.

    The passwords are kept hashed; their text is in `sample_accounts` until somebody deletes it.
    """
    if accounts.exists():
        return {}
    passwords = {name: new_password() for name in SAMPLE_ACCOUNTS}
    entries = {
        name: {"hash": _hash(passwords[name]), "admin": admin} for name, admin in SAMPLE_ACCOUNTS.items()
    }
    # The text first: an interruption between the two leaves passwords that are made again, not lost ones.
    _show(sample_accounts, passwords)
    write_json(accounts, entries)
    return passwords


def set_password(accounts: Path, sample_accounts: Path, name: str, chosen: str | None) -> str:
    """Give an account a new password, a random one unless chosen, and return it.

    Raises
    ------
    LauncherError
        When there is no such account, or the password is too short.
    """
    entries: dict[str, Any] = read_json(accounts) or {}
    if name not in entries:
        known = f"there are: {', '.join(entries)}" if entries else "the first `./astrohub up` makes some"
        raise LauncherError(f"There is no account {name!r}; {known}.")
    if chosen is not None and len(chosen) < _SHORTEST:
        raise LauncherError(f"The password is too short: {_SHORTEST} characters at least.")
    password = new_password() if chosen is None else chosen
    entries[name] = {**entries[name], "hash": _hash(password)}
    write_json(accounts, entries)
    shown = shown_passwords(sample_accounts)
    if name in shown:
        shown.pop(name)
        _show(sample_accounts, shown if chosen is not None else {**shown, name: password})
    return password


def shown_passwords(sample_accounts: Path) -> dict[str, str]:
    """Read names and passwords from the file of the sample accounts; none when it was deleted."""
    try:
        lines = sample_accounts.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    pairs = [line.split(maxsplit=1) for line in lines if line.strip()]
    return {pair[0]: pair[1] for pair in pairs if len(pair) == 2}


def new_password() -> str:
    """Return a random password that can be read aloud and typed: about 79 bits."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP_LENGTH)) for _ in range(_GROUPS))
    return "-".join(groups)


def _show(sample_accounts: Path, passwords: dict[str, str]) -> None:
    write_whole(sample_accounts, "".join(f"{name} {password}\n" for name, password in passwords.items()))


def _hash(password: str) -> str:
    salt = secrets.token_bytes(_SALT_BYTES)
    digest = hashlib.scrypt(password.encode(), salt=salt, n=_COST, r=_BLOCK, p=_PARALLEL, dklen=64)
    return f"scrypt${_COST}${_BLOCK}${_PARALLEL}${salt.hex()}${digest.hex()}"
