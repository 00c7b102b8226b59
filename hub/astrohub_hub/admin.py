"""The operator's command in the hub's image: `astrohub-admin secret`, `preflight` and `homes`."""

from __future__ import annotations

import argparse
import base64
import json
import secrets
import sys
from collections.abc import Sequence

from .accounts import PasswordHash
from .homes.command import add_homes

__all__ = ["main", "secret_manifest"]

TOKENS = (
    "proxy-token",
    "notebooks-token",
    "launcher-token",
    "monitor-token",
    "hub.db.password",
    "archive.database.password",
    "hub.config.JupyterHub.cookie_secret",
    "hub.config.CryptKeeper.keys",
)
HINT = "Passwords, shown this once:"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status."""
    parsed = _parser().parse_args(arguments)
    return int(parsed.do(parsed))


def _preflight(parsed: argparse.Namespace) -> int:
    from .preflight.run import preflight  # needs what only the hub's image has

    return preflight(parsed.config, parsed.namespace, installed=parsed.installed, as_json=parsed.json)


def _secret(parsed: argparse.Namespace) -> int:
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
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    secret = commands.add_parser(
        "secret",
        help="print a Secret with new tokens and accounts",
        description="Print a Secret with new tokens and accounts: give it to `kubectl apply -f -`.",
    )
    secret.set_defaults(do=_secret)
    secret.add_argument("--name", default="astrohub-secrets", help="name of the Secret")
    secret.add_argument(
        "--account", action="append", default=[], metavar="NAME", help="somebody who may log in; repeatable"
    )
    secret.add_argument(
        "--admin", action="append", default=[], metavar="NAME", help="an administrator; repeatable"
    )
    _add_preflight(commands)
    add_homes(commands)
    return parser


def _add_preflight(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser(
        "preflight",
        help="try whether a cluster has what a site needs",
        description="Try storage, network policies, names, images, quotas, clocks and the site's address. "
        "Exit status: 0 all is well, 1 something has to be mended, 2 nothing could be tried.",
    )
    command.set_defaults(do=_preflight)
    command.add_argument(
        "--config", required=True, metavar="FILE", help="the ConfigMap `preflight` of the chart; - is stdin"
    )
    command.add_argument("--namespace", default="", help="where to try; that of the context if not given")
    command.add_argument(
        "--installed", action="store_true", help="the site is installed: its services must answer"
    )
    command.add_argument("--json", action="store_true", help="tell it to a program")


if __name__ == "__main__":
    sys.exit(main())
