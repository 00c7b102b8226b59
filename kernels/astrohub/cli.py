"""The command `astrohub`: arguments in, exit status out."""

from __future__ import annotations

import argparse
import os
import secrets
import signal
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING

from . import __version__
from .cli_files import add_files_parser
from .cli_mydb import add_mydb_parser
from .client import Client
from .errors import (
    AccessRefused,
    ArchiveBusy,
    AstrohubError,
    CredentialsRequired,
    IncompleteResult,
    NotReachable,
)

if TYPE_CHECKING:
    from .output import Outcome

__all__ = ["main"]

FORMATS = ("table", "csv", "arrow", "votable", "fits", "jsonl")
SUFFIXES = {
    ".csv": "csv",
    ".arrow": "arrow",
    ".arrows": "arrow",
    ".vot": "votable",
    ".xml": "votable",
    ".fits": "fits",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
}
INTERRUPTED = 130
STATUS: tuple[tuple[type[AstrohubError], int], ...] = (
    (CredentialsRequired, 3),
    (AccessRefused, 3),
    (NotReachable, 4),
    (ArchiveBusy, 4),
    (IncompleteResult, 5),
    (AstrohubError, 1),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status."""
    options = _parser().parse_args(arguments)
    try:
        run: Callable[[argparse.Namespace], int] = options.run
        return run(options)
    except AstrohubError as e:
        print(e, file=sys.stderr)
        return next(status for kind, status in STATUS if isinstance(e, kind))
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever reads has seen enough. Nothing must be written at exit, which would fail again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE
    except OSError as e:
        print(
            f"{e.filename or vars(options).get('output') or 'The result'} cannot be written: {e.strerror}.",
            file=sys.stderr,
        )
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="astrohub", description="Ask an astrohub archive.")
    parser.add_argument("--version", action="version", version=f"astrohub {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    query = commands.add_parser("query", help="run an ADQL query", description="Run an ADQL query.")
    query.add_argument("query", metavar="QUERY", help="the query, or - to read it from standard input")
    query.add_argument(
        "--format",
        choices=FORMATS,
        help="what to write (default: what the name of --output says, else table)",
    )
    query.add_argument("--output", "-o", type=Path, metavar="FILE", help="where to write (default: terminal)")
    query.add_argument("--maxrec", type=_count, metavar="N", help="rows at most")
    query.add_argument("--url", help="base address of the site (default: what ASTROHUB_URL says)")
    query.set_defaults(run=_query)
    add_files_parser(commands)
    add_mydb_parser(commands)
    return parser


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is no number of rows")
    return int(text)


def _query(options: argparse.Namespace) -> int:
    query = sys.stdin.read() if options.query == "-" else options.query
    if not query.strip():
        print("There is no query.", file=sys.stderr)
        return 2
    fmt = (
        options.format or (SUFFIXES.get(options.output.suffix.lower()) if options.output else None) or "table"
    )
    if fmt == "arrow" and options.output is None and sys.stdout.isatty():
        print("Arrow is not for reading: name a file by --output, or another --format.", file=sys.stderr)
        return 2
    from . import output

    def write(out: IO[bytes]) -> Outcome:
        return output.write(Client(options.url), query, out, fmt=fmt, maxrec=options.maxrec)

    start = time.monotonic()
    outcome = _into_file(options.output, write) if options.output else _to_terminal(write)
    _report(outcome, time.monotonic() - start)
    return 0


def _to_terminal(write: Callable[[IO[bytes]], Outcome]) -> Outcome:
    outcome = write(sys.stdout.buffer)
    sys.stdout.buffer.flush()
    return outcome


def _into_file(file: Path, write: Callable[[IO[bytes]], Outcome]) -> Outcome:
    """Write under a temporary name: a file of the name asked for is always a whole result."""
    temporary = file.with_name(f".{file.name}.{secrets.token_hex(4)}.part")
    try:
        with open(temporary, "xb") as out:
            outcome = write(out)
        temporary.replace(file)
    finally:
        temporary.unlink(missing_ok=True)
    return outcome


def _report(outcome: Outcome, seconds: float) -> None:
    if outcome.rows is not None:
        rows = "1 row" if outcome.rows == 1 else f"{outcome.rows:,} rows"
        print(f"{rows}, {seconds:.1f} s", file=sys.stderr)
    if outcome.is_cut:
        print("The limit cut this result: there are more rows. Ask for more by --maxrec.", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
