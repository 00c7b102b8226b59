"""The accounts file: who may log in, and whether a password is theirs."""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["Account", "AccountsError", "PasswordHash", "read_accounts", "verify"]

MAXIMUM_MEMORY = 256 * 1024**2
MAXIMUM_PASSWORD = 4096


class AccountsError(Exception):
    """An accounts file that cannot be read or understood."""


@dataclass(frozen=True)
class PasswordHash:
    """What is kept of a password: a salted scrypt hash with its cost."""

    n: int
    r: int
    p: int
    salt: bytes
    digest: bytes

    @classmethod
    def parse(cls, text: str) -> PasswordHash:
        """Read `scrypt$n$r$p$salt$hash`, salt and hash in hexadecimal digits.

        Raises
        ------
        ValueError
            When the text is no such hash, or one that needs too much memory.
        """
        kind, n, r, p, salt, digest = text.split("$")
        parsed = cls(int(n), int(r), int(p), bytes.fromhex(salt), bytes.fromhex(digest))
        if kind != "scrypt" or not parsed.digest or not 0 < parsed.memory <= MAXIMUM_MEMORY:
            raise ValueError("no scrypt hash of bearable cost")
        return parsed

    @classmethod
    def of(cls, password: str) -> PasswordHash:
        """Hash a new password at the usual cost."""
        empty = cls(2**14, 8, 1, secrets.token_bytes(16), bytes(64))
        return dataclasses.replace(empty, digest=empty._digest(password))

    def __str__(self) -> str:
        return f"scrypt${self.n}${self.r}${self.p}${self.salt.hex()}${self.digest.hex()}"

    @property
    def memory(self) -> int:
        """Bytes of memory that computing the hash needs."""
        return 128 * self.r * (self.n + self.p + 2)

    def matches(self, password: str) -> bool:
        """Compare in a time that does not depend on where the difference is."""
        return hmac.compare_digest(self._digest(password), self.digest)

    def _digest(self, password: str) -> bytes:
        return hashlib.scrypt(
            password.encode("utf-8", "surrogatepass")[:MAXIMUM_PASSWORD],
            salt=self.salt,
            n=self.n,
            r=self.r,
            p=self.p,
            dklen=len(self.digest),
            maxmem=self.memory + 1024**2,
        )


@dataclass(frozen=True)
class Account:
    """Somebody who may log in."""

    password: PasswordHash
    admin: bool = False


DECOY = Account(PasswordHash(2**14, 8, 1, b"astrohub decoy", b"\0" * 64))


def read_accounts(file: Path) -> dict[str, Account]:
    """Read who may log in; nobody when there is no such file.

    Raises
    ------
    AccountsError
        With the file and the name whose entry is wrong.
    """
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as e:
        raise AccountsError(f"The accounts file {file} cannot be read: {e.strerror}.") from e
    except ValueError:
        raise AccountsError(f"The accounts file {file} is not JSON.") from None
    if not isinstance(content, dict):
        raise AccountsError(f"The accounts file {file} must hold names and accounts.")
    return {name.lower(): _account(file, name, entry) for name, entry in content.items()}


def _account(file: Path, name: str, entry: Any) -> Account:
    if isinstance(entry, dict) and entry.keys() <= {"hash", "admin"}:
        admin = entry.get("admin", False)
        try:
            password = PasswordHash.parse(entry["hash"])
        except (KeyError, ValueError, TypeError, AttributeError):
            pass
        else:
            if isinstance(admin, bool):
                return Account(password, admin)
    raise AccountsError(f"The accounts file {file} has a wrong entry for {name!r}: it needs hash and admin.")


def verify(accounts: dict[str, Account], name: str, password: str) -> Account | None:
    """Return the account if the password is its own.

    A name without an account takes as long as one with an account.
    """
    account = accounts.get(name)
    stand_in = next(iter(accounts.values()), DECOY)
    right = (account or stand_in).password.matches(password)
    return account if account is not None and right else None
