"""The command line: `astrohub-archive serve` and `astrohub-archive data`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from .data.cli import add_parser as add_data_parser
from .errors import ArchiveError
from .settings import SettingsError, load_settings

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code; what goes wrong is said in one sentence on standard error."""
    parsed = _parser().parse_args(arguments)
    try:
        code: int = parsed.run(parsed)
    except (ArchiveError, SettingsError) as e:
        sys.stderr.write(f"astrohub-archive: {e}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="astrohub-archive",
        description="The data services of astrohub: TAP with ADQL over HATS catalogues.",
    )
    commands = parser.add_subparsers(required=True, metavar="{serve,data}")
    serve = commands.add_parser(
        "serve", help="answer requests", description="Answer requests until told to stop."
    )
    serve.add_argument(
        "--config",
        type=Path,
        action="append",
        required=True,
        metavar="FILE",
        help="a settings file (YAML or JSON); may be given again: later files replace what earlier ones say",
    )
    serve.set_defaults(run=_serve)
    add_data_parser(commands)
    return parser


def _serve(parsed: argparse.Namespace) -> int:
    settings = load_settings(parsed.config)
    os.umask(0o077)
    from .server import serve

    return serve(settings)


if __name__ == "__main__":
    sys.exit(main())
