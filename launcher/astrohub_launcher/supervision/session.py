"""One life of a platform in this process: folders, settings, supervisor."""

from __future__ import annotations

import asyncio
import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ..credentials import keep_credentials
from ..errors import BusyError
from ..files import make_folder
from ..parts import PARTS, Platform
from ..place import Place
from ..ports import free_ports
from ..processes import identify
from ..public_files import offer_public_files
from .ending import end_leftovers
from .pace import usual_pace
from .record import FAILED, STATE
from .supervisor import Supervisor

__all__ = ["run_platform"]


def run_platform(place: Place, port: int, *, say: Callable[[str], None], ready: Callable[[], None]) -> None:
    """Run a platform until it is told to stop.

    Raises
    ------
    LauncherError
        When it runs already, or a part does not start.
    """
    make_folder(place.run, mode=0o711 if place.account else 0o700)
    with _alone(place.run):
        end_leftovers(place.run)
        platform = prepare(place, port)
        me = identify(os.getpid())
        supervisor = Supervisor(platform, PARTS, supervisor=me, say=say, pace=usual_pace())
        try:
            asyncio.run(supervisor.run(ready))
        finally:
            if supervisor.record.phase != FAILED:
                (place.run / STATE).unlink(missing_ok=True)


def prepare(place: Place, port: int) -> Platform:
    """Make the parts' folders, credentials and settings."""
    make_folder(place.logs, mode=0o700)
    make_folder(place.hub, mode=0o700)
    make_folder(place.archive, mode=0o700, owner=place.account)
    make_folder(place.notebooks, mode=0o755, owner=place.account)
    place.public.mkdir(exist_ok=True)
    make_folder(place.homes.parent, mode=0o755)
    make_folder(place.homes, mode=0o711, owner=place.account)
    make_folder(place.public_files, mode=0o755)
    offer_public_files(place.public, place.public_files)
    if not place.clone_is_shared:
        shutil.copytree(place.clone / "config" / "local", place.config, dirs_exist_ok=True)
        shutil.rmtree(place.collection, ignore_errors=True)
        shutil.copytree(place.clone / "notebooks-latest", place.collection)
    names = [name for part in PARTS for name in part.ports]
    ports = dict(zip(names, free_ports(len(names), but=port), strict=True))
    platform = Platform(place, port, ports, keep_credentials(place.run))
    for part in PARTS:
        part.prepare(platform)
    return platform


@contextmanager
def _alone(run: Path) -> Iterator[None]:
    """Hold the run folder, so that two supervisors never share it."""
    descriptor = os.open(run, os.O_RDONLY | os.O_CLOEXEC)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as e:
            raise BusyError(f"Another `up` is at work in {run.parent}: see `./astrohub status`.") from e
        yield
    finally:
        os.close(descriptor)
