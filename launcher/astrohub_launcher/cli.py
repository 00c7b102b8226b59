"""The commands and their options, and how a failure is said."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable

from .commands import data, down, lock, logs, password, status, test, token, up
from .errors import LauncherError
from .ports import DEFAULT_PORT
from .terminal import Terminal

__all__ = ["main", "parser"]


def main(words: list[str]) -> int:
    """Run one command and return its exit code; a fault is told in a sentence, never as a traceback."""
    _settle()
    words, rest = _split(words)
    arguments = _read(words)
    arguments.words = [*getattr(arguments, "words", []), *rest]
    command: Callable[[argparse.Namespace], int] = arguments.command
    try:
        return command(arguments)
    except LauncherError as e:
        Terminal().fault(str(e), e.details)
        return e.exit_code
    except KeyboardInterrupt:
        Terminal().fault("Stopped.", [])
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except OSError as e:
        name = e.filename2 or e.filename  # of a file that is put in place, the place
        what = f"{name}: " if name else ""
        Terminal().fault(f"`astrohub {words[0]}` failed: {what}{e.strerror or e}.", [])
        return 1


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    top = argparse.ArgumentParser(prog="./astrohub", description="Set up and run astrohub on this machine.")
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def add(name: str, run: Callable[[argparse.Namespace], int], text: str) -> argparse.ArgumentParser:
        one = commands.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
        _add_data(one, run)
        return one

    one = add("up", up.run, "set up what is missing, start the platform and say where it is")
    _add_port(one)
    one.add_argument("--detach", action="store_true", help="return when all parts are healthy")
    add("down", down.run, "stop the platform")
    one = add("status", status.run, "say of each part whether it is healthy, or why not")
    one.add_argument("--json", action="store_true", help="print it as JSON")
    one = add("token", token.run, "print a new API token of a user")
    one.add_argument("user", metavar="USER")
    one.add_argument(
        "--scope", action="append", metavar="SCOPE", help="what it allows; can be given several times"
    )
    one.add_argument("--expires", type=_seconds, metavar="SECONDS", help="how long it lasts")
    one = add("password", password.run, "give an account a new password")
    one.add_argument("user", metavar="USER")
    one.add_argument("--stdin", action="store_true", help="read the password from standard input")
    one = add("logs", logs.run, "print what the parts say")
    one.add_argument("part", nargs="?", metavar="PART")
    one.add_argument("-f", "--follow", action="store_true", help="go on as more is said")
    one = add("test", test.run, "set up what the tests need and run them")
    one.add_argument("--only", metavar="AREA", help="a folder of tests/")
    one.epilog = "What follows -- goes to pytest."
    one = add("data", data.run, "make, load, list or remove catalogues")
    one.add_argument("words", nargs=argparse.REMAINDER, metavar="make|load|list|remove …")
    one = add("lock", lock.run, "compile the locks in requirements/ anew")
    one.add_argument("--upgrade", action="store_true", help="take the newest versions")
    return top


def _read(words: list[str]) -> argparse.Namespace:
    """Read the command line; `supervise` is what `up --detach` starts, and no command for people."""
    if words[:1] == ["supervise"]:
        supervisor = argparse.ArgumentParser(prog="./astrohub supervise")
        _add_data(supervisor, up.supervise)
        _add_port(supervisor)
        return supervisor.parse_args(words[1:])
    return parser().parse_args(["--help"] if words == ["help"] else words)


def _add_data(command: argparse.ArgumentParser, run: Callable[[argparse.Namespace], int]) -> None:
    command.add_argument(
        "--data", metavar="DIR", help="folder of all that is kept (default: .astrohub in the clone)"
    )
    command.set_defaults(command=run)


def _add_port(command: argparse.ArgumentParser) -> None:
    command.add_argument("--port", type=_port, metavar="N", help=f"public port (default: {DEFAULT_PORT})")


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text} is not a port: a number from 1 to 65535")
    return int(text)


def _seconds(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a number of seconds: 1 or more")
    return int(text)


def _split(words: list[str]) -> tuple[list[str], list[str]]:
    """Split off what follows `--`."""
    if "--" not in words:
        return words, []
    place = words.index("--")
    return words[:place], words[place + 1 :]


def _settle() -> None:
    """Make this process independent of the terminal's settings."""
    os.environ.pop("PYTHONPATH", None)  # the door sets it; it is not for the programs that we start
    os.umask(0o022)  # what we make must be readable by the parts' account; secrets set their own mode
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
