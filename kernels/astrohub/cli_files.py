"""The command `astrohub files`: list, get, put and remove the files that the archive keeps."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from . import files
from .client import Client
from .errors import printable

if TYPE_CHECKING:
    from collections.abc import Callable

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

__all__ = ["add_files_parser"]

_PATH = "a path in your home, or, with a slash in front, from the root: /public"


def add_files_parser(commands: Commands) -> None:
    """Add `files` and its commands to the parser of `astrohub`."""
    parser = commands.add_parser(
        "files", help="list, get, put, remove files", description="The files that the archive keeps."
    )
    inner = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    ls = _command(inner, "ls", _ls, "list a folder")
    ls.add_argument("path", nargs="?", default="", metavar="PATH", help=_PATH)
    get = _command(inner, "get", _get, "bring a file here")
    get.add_argument("path", metavar="PATH", help=_PATH)
    get.add_argument("to", nargs="?", metavar="FILE", help="a file or folder of this computer")
    put = _command(inner, "put", _put, "send a file to the archive")
    put.add_argument("file", metavar="FILE", help="a file of this computer")
    put.add_argument("path", nargs="?", default="", metavar="PATH", help=_PATH)
    for command in (get, put):
        command.add_argument("--replace", action="store_true", help="replace a file of this name")
    rm = _command(inner, "rm", _rm, "delete a file or folder; it is kept for a day")
    rm.add_argument("path", metavar="PATH", help=_PATH)
    rm.add_argument("--recursive", "-r", action="store_true", help="a folder with all that is in it")


def _command(
    commands: Commands, name: str, run: Callable[[argparse.Namespace], int], what: str
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=what, description=f"{what.capitalize()}.")
    parser.add_argument("--url", help="base address of the site (default: what ASTROHUB_URL says)")
    parser.set_defaults(run=run)
    return parser


def _ls(options: argparse.Namespace) -> int:
    entries = files.list(options.path, client=Client(options.url))
    width = max((len(_size(entry)) for entry in entries), default=0)
    for entry in entries:
        mark = {"folder": "/", "link": "@"}.get(entry.kind, "")
        print(f"{_size(entry):>{width}}  {entry.modified:%Y-%m-%d %H:%M}  {printable(entry.name)}{mark}")
    return 0


def _size(entry: files.Entry) -> str:
    return f"{entry.size:,}" if entry.kind == "file" else "–"


def _get(options: argparse.Namespace) -> int:
    print(files.get(options.path, options.to, replace=options.replace, client=Client(options.url)))
    return 0


def _put(options: argparse.Namespace) -> int:
    print(files.put(options.file, options.path, replace=options.replace, client=Client(options.url)))
    return 0


def _rm(options: argparse.Namespace) -> int:
    files.remove(options.path, recursive=options.recursive, client=Client(options.url))
    return 0
