"""`astrohub mydb`: tables of your own from a terminal."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path

from . import mydb
from .client import Client
from .errors import display_width, printable

__all__ = ["add_mydb_parser"]

_SHOWN = 60


def add_mydb_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and what stands below it."""
    own = commands.add_parser("mydb", help="tables of your own", description="Tables of your own.")
    below = own.add_subparsers(title="commands", required=True, metavar="COMMAND")
    listing = _command(below, "list", "show your tables", _list)
    listing.add_argument("--json", action="store_true", help="write JSON, columns included")
    create = _command(below, "create", "make a table of a query", _create)
    create.add_argument("name", metavar="NAME", help="name of the table")
    create.add_argument("query", metavar="QUERY", help="the query, or - to read it from standard input")
    upload = _command(below, "upload", "make a table of a file", _upload)
    upload.add_argument("name", metavar="NAME", help="name of the table")
    upload.add_argument("file", metavar="FILE", type=Path, help="CSV, VOTable, FITS, Parquet or ECSV")
    upload.add_argument(
        "--format",
        choices=sorted(set(mydb.FORMATS.values())),
        help="format of the file (default: what its name says)",
    )
    append = _command(below, "append", "append rows of a file or a query to a table", _append)
    append.add_argument("name", metavar="NAME", help="name of the table")
    append.add_argument("source", metavar="SOURCE", help="a file, or a query that begins with SELECT or WITH")
    append.add_argument("--format", choices=sorted(set(mydb.FORMATS.values())), help="format of the file")
    for command in (create, upload):
        command.add_argument("--replace", action="store_true", help="replace a table of the name")
    for command in (upload, append):
        command.add_argument(
            "--type",
            action="append",
            default=[],
            metavar="COLUMN:TYPE",
            help="type of a column that is not to be guessed, such as id:char; may be given several times",
        )
    for word, does, run in (
        ("rename", "give a table another name", _rename),
        ("copy", "make a table that holds what another holds", _copy),
    ):
        command = _command(below, word, does, run)
        command.add_argument("name", metavar="NAME", help="name of the table")
        command.add_argument("new", metavar="NEW", help="the other name")
    index = _command(below, "index", "let rows be found fast, by position or by a column", _index)
    index.add_argument("name", metavar="NAME", help="name of the table")
    index.add_argument("column", metavar="COLUMN", nargs="?", help="the column (default: the position)")
    index.add_argument("--unique", action="store_true", help="check that no value is there twice")
    drop = _command(below, "drop", "take a table away", _drop)
    drop.add_argument("name", metavar="NAME", help="name of the table")
    restore = _command(below, "restore", "bring back a table dropped within a day", _restore)
    restore.add_argument("name", metavar="NAME", help="name of the table")
    restore.add_argument("--as", dest="new", metavar="NEW", help="another name for it")


def _command(
    below: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    does: str,
    run: Callable[[argparse.Namespace], int],
) -> argparse.ArgumentParser:
    parser = below.add_parser(name, help=does, description=f"{does[0].upper()}{does[1:]}.")
    parser.add_argument("--url", help="base address of the site (default: what ASTROHUB_URL says)")
    parser.set_defaults(run=run)
    return parser


def _list(options: argparse.Namespace) -> int:
    tables = mydb.list(client=Client(options.url))
    if options.json:
        quota = {"used_bytes": tables.used_bytes, "limit_bytes": tables.limit_bytes}
        print(json.dumps({"tables": [asdict(table) for table in tables], "quota": quota}, indent=2))
        return 0
    rows = [("name", "rows", "MB", "made", "of")]
    rows += [
        (table.name, f"{table.rows:,}", f"{table.bytes / 1e6:,.1f}", table.created, _origin(table))
        for table in tables
    ]
    widths = [max(display_width(row[i]) for row in rows) for i in range(4)]
    for name, count, size, made, origin in rows if tables else ():
        print(
            f"{name:<{widths[0]}}  {count:>{widths[1]}}  {size:>{widths[2]}}  {made:<{widths[3]}}  {origin}"
        )
    if tables.warning:
        print(tables.warning, file=sys.stderr)
    used = f"{tables.used_bytes / 1e6:,.1f} of {tables.limit_bytes / 1e6:,.0f} MB used"
    print(used if tables else f"You have no tables yet; {used}.", file=sys.stderr)
    return 0


def _origin(table: mydb.OwnTable) -> str:
    text = printable(" ".join((table.query or table.file or "").split()))
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def _create(options: argparse.Namespace) -> int:
    query = sys.stdin.read() if options.query == "-" else options.query
    if not query.strip():
        print("There is no query.", file=sys.stderr)
        return 2
    return _made(mydb.create(options.name, query, replace=options.replace, client=Client(options.url)))


def _upload(options: argparse.Namespace) -> int:
    send = partial(mydb.upload, options.name, options.file, replace=options.replace)
    return _sent(options, options.file, send)


def _append(options: argparse.Namespace) -> int:
    return _sent(options, options.source, partial(mydb.append, options.name, options.source))


def _sent(options: argparse.Namespace, file: str, send: Callable[..., mydb.OwnTable]) -> int:
    """Send a file, and say what became of it, or why it cannot be sent."""
    try:
        table = send(fmt=options.format, types=_types(options.type), client=Client(options.url))
    except ValueError as e:
        print(f"{e} Say which by --format.", file=sys.stderr)
        return 2
    except OSError as e:
        print(f"{file} cannot be read: {e.strerror}.", file=sys.stderr)
        return 1
    return _made(table)


def _types(said: Sequence[str]) -> dict[str, str]:
    """Return the types of columns as they were given, each a column, a colon and a type."""
    return {column: kind for column, _, kind in (one.rpartition(":") for one in said)}


def _rename(options: argparse.Namespace) -> int:
    return _made(mydb.rename(options.name, options.new, client=Client(options.url)))


def _copy(options: argparse.Namespace) -> int:
    return _made(mydb.copy(options.name, options.new, client=Client(options.url)))


def _index(options: argparse.Namespace) -> int:
    table = mydb.index(options.name, options.column, unique=options.unique, client=Client(options.url))
    return _made(table)


def _drop(options: argparse.Namespace) -> int:
    mydb.drop(options.name, client=Client(options.url))
    print(f"Dropped. For a day `astrohub mydb restore {options.name}` brings it back.", file=sys.stderr)
    return 0


def _restore(options: argparse.Namespace) -> int:
    return _made(mydb.restore(options.name, new=options.new, client=Client(options.url)))


def _made(table: mydb.OwnTable) -> int:
    rows = "1 row" if table.rows == 1 else f"{table.rows:,} rows"
    print(f"mydb.{table.name}: {rows}, {table.bytes / 1e6:,.1f} MB", file=sys.stderr)
    return 0
