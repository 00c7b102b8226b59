"""The operator's command in the hub's image: `astrohub-admin secret` prints the Secret that a site needs."""

from __future__ import annotations

import argparse
import base64
import json
import secrets
import sys
from collections.abc import Sequence

from .accounts import PasswordHash

__all__ = ["main", "secret_manifest"]

TOKENS = (
    "proxy-token",
    "notebooks-token",
    "launcher-token",
    "hub.config.JupyterHub.cookie_secret",
    "hub.config.CryptKeeper.keys",
)
HINT = "Passwords, shown this once:"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status."""
    parsed = _parser().parse_args(arguments)
    admins: list[str] = parsed.admin
    passwords = {name: secrets.token_urlsafe(12) for name in [*admins, *parsed.account]}
    manifest = secret_manifest(parsed.name, passwords, frozenset(admins))
    sys.stdout.write(json.dumps(manifest, indent=2) + "\n")
    if passwords:
        said = "\n".join(f"  {name}  {password}" for name, password in passwords.items())
        sys.stderr.write(f"{HINT}\n{said}\n")
    return 0


def secret_manifest(name: str, passwords: dict[str, str], admins: frozenset[str]) -> dict[str, object]:
    """Describe a Secret with new tokens and the accounts of these people, passwords hashed."""
    accounts = {
        person: {"hash": str(PasswordHash.of(password)), "admin": person in admins}
        for person, password in passwords.items()
    }
    data = {key: secrets.token_hex(32) for key in TOKENS} | {
        "archive.json": json.dumps({"hub": {"apiToken": secrets.token_hex(32)}}),
        "accounts.json": json.dumps(accounts),
    }
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": name},
        "type": "Opaque",
        "data": {key: base64.b64encode(value.encode()).decode() for key, value in data.items()},
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="astrohub-admin", description="What the operator of a site in Kubernetes needs."
    )
    commands = parser.add_subparsers(required=True, metavar="{secret}")
    secret = commands.add_parser(
        "secret",
        help="print a Secret with new tokens and accounts",
        description="Print a Secret with new tokens and accounts: give it to `kubectl apply -f -`.",
    )
    secret.add_argument("--name", default="astrohub-secrets", help="name of the Secret")
    secret.add_argument(
        "--account", action="append", default=[], metavar="NAME", help="somebody who may log in; repeatable"
    )
    secret.add_argument(
        "--admin", action="append", default=[], metavar="NAME", help="an administrator; repeatable"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
