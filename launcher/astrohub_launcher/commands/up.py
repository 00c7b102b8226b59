"""`up`: set up what is missing, start the platform, say where it is."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from datetime import datetime

from ..errors import LauncherError, PartError, StoppedError
from ..files import make_folder
from ..people import make_sample_accounts, shown_passwords
from ..place import Place, locate
from ..ports import DEFAULT_PORT, is_allowed, is_free
from ..setup.checks import check_places
from ..setup.plan import prepare_platform
from ..supervision.ending import end_leftovers, end_platform
from ..supervision.pace import usual_pace
from ..supervision.process import last_lines
from ..supervision.record import FAILED, RUNNING, read_record
from ..supervision.session import run_platform
from ..terminal import Terminal

__all__ = ["run", "supervise"]

_PATIENCE_S = 330


def run(arguments: argparse.Namespace) -> int:
    """Set up, start, and stay (or leave the platform in the background)."""
    terminal = Terminal()
    place, sentence = locate(arguments.data)
    if _runs_already(place, arguments.port, terminal):
        return 0
    if sentence:
        terminal.say(sentence)
    port = arguments.port or DEFAULT_PORT
    usual_pace()  # what it asks for is wrong now, not when all is set up
    check_places(place)
    end_leftovers(place.run)
    _check_port(port)
    prepare_platform(place, terminal)
    make_folder(place.hub, mode=0o700)
    passwords = make_sample_accounts(place.accounts, place.sample_accounts)
    terminal.say("Start")
    if arguments.detach:
        _start_in_background(place, port, terminal)
        _welcome(place, port, passwords, terminal)
        terminal.say("It runs in the background: ./astrohub status | logs | down")
        return 0

    def ready() -> None:
        _welcome(place, port, passwords, terminal)
        terminal.say("Ctrl-C stops it.")

    run_platform(place, port, say=lambda text: terminal.say(f"  {text}"), ready=ready)
    terminal.say("Stopped.")
    return 0


def supervise(arguments: argparse.Namespace) -> int:
    """Be the supervisor in the background; `up --detach` starts this."""
    place, _ = locate(arguments.data)

    def say(text: str) -> None:
        print(f"{datetime.now().astimezone().isoformat(timespec='seconds')} {text}", flush=True)

    port = arguments.port or DEFAULT_PORT
    run_platform(place, port, say=say, ready=lambda: say("the platform is ready"))
    say("stopped")
    return 0


def _runs_already(place: Place, port: int | None, terminal: Terminal) -> bool:
    record = read_record(place.run)
    if record is None or not record.is_alive():
        return False
    terminal.say(f"astrohub is {record.phase} already: {record.url}")
    if port not in {None, record.port}:
        terminal.say(f"To have it on port {port}, stop it first: ./astrohub down")
    return True


def _check_port(port: int) -> None:
    if not is_allowed(port):
        raise LauncherError(
            f"This account may not listen on port {port}, which is the administrator's: choose a higher one, "
            f"such as `./astrohub up --port {DEFAULT_PORT}`."
        )
    if not is_free(port):
        raise LauncherError(
            f"Port {port} is taken by another program: choose another one, such as "
            f"`./astrohub up --port {port + 1 if port < 65535 else DEFAULT_PORT}`."
        )


def _start_in_background(place: Place, port: int, terminal: Terminal) -> None:
    command = [sys.executable, "-P", "-m", "astrohub_launcher", "supervise"]
    command += ["--data", str(place.data), "--port", str(port)]
    variables = os.environ | {"PYTHONPATH": str(place.clone / "launcher")}
    log = os.open(place.logs / "supervisor.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        process = subprocess.Popen(
            command,
            cwd="/",
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    finally:
        os.close(log)
    try:
        _await_ready(place, process, terminal)
    except KeyboardInterrupt:
        end_platform(place.run)
        process.terminate()
        process.wait()
        raise StoppedError("Stopped before the platform was ready.") from None


def _await_ready(place: Place, process: subprocess.Popen[bytes], terminal: Terminal) -> None:
    """Say which parts have become healthy until all have.

    Raises
    ------
    PartError
        When the supervisor gave up.
    """
    begin = time.monotonic()
    said: set[str] = set()
    while time.monotonic() - begin < _PATIENCE_S:
        ended = process.poll() is not None
        record = read_record(place.run)
        if record is not None and record.supervisor.pid == process.pid:
            for name, part in record.parts.items():
                if part.healthy and name not in said:
                    said.add(name)
                    terminal.done(f"{name} is healthy", time.monotonic() - begin)
            if record.phase == RUNNING:
                return
            if record.phase == FAILED and ended:
                raise PartError(record.failure, record.details)
        if ended:
            log = place.logs / "supervisor.log"
            raise PartError(
                f"The platform did not start. Its last lines follow; all: {log}", last_lines(log, 3)
            )
        time.sleep(0.05)
    raise PartError(f"The platform is not ready after {_PATIENCE_S} s: see `./astrohub status`.")


def _welcome(place: Place, port: int, passwords: dict[str, str], terminal: Terminal) -> None:
    say = terminal.say
    say()
    say(f"astrohub is ready after {terminal.elapsed():.1f} s: http://127.0.0.1:{port}")
    if passwords:
        say()
        say("Sample accounts, shown this once:")
        for name, password in passwords.items():
            say(f"  {name:<14} {password}")
        say(f"The same list is in {place.sample_accounts} until you delete that file.")
    elif shown_passwords(place.sample_accounts):
        say(f"Sample accounts and passwords: {place.sample_accounts}")
    say()
    say("This set-up does not isolate users from each other: whoever can run code in a server can act as")
    say("anybody here. Use it to try astrohub, to develop, or among people who trust each other.")
    say()
