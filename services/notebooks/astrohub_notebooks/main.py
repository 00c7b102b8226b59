"""The command line: serve the collection, or publish once."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from .errors import NotebooksError
from .factory import make_parts, make_publisher
from .models import State
from .settings import Settings, load_settings

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the arguments say and return the exit code."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    try:
        settings = load_settings(options.config)
        code: int = options.do(settings)
    except NotebooksError as e:
        sys.stderr.write(f"astrohub-notebooks: {e}\n")
        return 2
    return code


def _serve(settings: Settings) -> int:
    import uvicorn  # only serving needs the web framework, which takes long to import

    from .application import make_application

    application = make_application(make_parts(settings))
    uvicorn.run(
        application,
        host=settings.bind.host,
        port=settings.bind.port,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=5,
    )
    return 0


def _publish(settings: Settings) -> int:
    publisher = make_publisher(settings)
    entry = publisher.look()
    if entry is not None and entry.state is State.REFUSED:
        sys.stderr.write(f"astrohub-notebooks: refused: {entry.reason} The last version stays.\n")
        return 1
    said = f"published {entry.version}" if entry else f"nothing new, {publisher.status().current} stays"
    sys.stdout.write(said + "\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="astrohub-notebooks",
        description="Publish a collection of notebooks read-only, whole or not at all.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, do, said in (
        ("serve", _serve, "answer requests and watch the source"),
        ("publish", _publish, "publish once and say what came of it"),
    ):
        command = commands.add_parser(name, help=said, description=said)
        command.set_defaults(do=do)
        command.add_argument(
            "--config",
            type=Path,
            action="append",
            required=True,
            metavar="FILE",
            help="settings file, YAML or JSON; may be repeated, later ones win",
        )
    return parser


if __name__ == "__main__":
    sys.exit(main())
