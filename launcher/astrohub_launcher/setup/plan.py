"""Which steps a command needs, in which order."""

from __future__ import annotations

import os

from ..errors import LauncherError
from ..files import make_folder
from ..place import Place
from ..terminal import Terminal
from .bundle import build_step, bundle_source, linter_step, npm_packages_step
from .causes import explain_os_error
from .environments import members_step, packages_step
from .kit import Kit
from .members import ENVIRONMENTS
from .proxy_package import proxy_step
from .runner import run_steps
from .sample_data import sample_data_step
from .steps import Step, fingerprints, unfinished

__all__ = ["prepare_data_command", "prepare_platform", "prepare_tests", "steps_of_platform", "steps_of_tests"]


def steps_of_platform(kit: Kit) -> list[Step]:
    """Return what `up` needs; what takes longest or is waited for comes first."""
    hub, archive, notebooks, lab = (ENVIRONMENTS[name] for name in ("hub", "archive", "notebooks", "lab"))
    return [
        packages_step(kit, hub),
        npm_packages_step(kit),
        packages_step(kit, lab),
        packages_step(kit, archive),
        members_step(kit, archive),
        build_step(kit),
        proxy_step(kit),
        sample_data_step(kit),
        packages_step(kit, notebooks),
        members_step(kit, notebooks),
        members_step(kit, hub),
        members_step(kit, lab, after=("bundle",)),
    ]


def steps_of_tests(kit: Kit) -> list[Step]:
    """Return what `test` needs: a whole platform, the environment of the tests, and a linter."""
    dev = ENVIRONMENTS["dev"]
    return [
        *steps_of_platform(kit),
        packages_step(kit, dev),
        linter_step(kit),
        members_step(kit, dev, after=("bundle",)),
    ]


def prepare_platform(place: Place, terminal: Terminal) -> None:
    """Make what `up` needs."""
    kit = Kit(place, terminal)
    _prepare(kit, steps_of_platform(kit))


def prepare_tests(place: Place, terminal: Terminal) -> None:
    """Make what `test` needs."""
    kit = Kit(place, terminal)
    _prepare(kit, steps_of_tests(kit))


def prepare_data_command(place: Place, terminal: Terminal) -> None:
    """Make what `data` needs."""
    kit, archive = Kit(place, terminal), ENVIRONMENTS["archive"]
    _prepare(kit, [packages_step(kit, archive), members_step(kit, archive)])


def _prepare(kit: Kit, steps: list[Step]) -> None:
    """Do what is not finished yet.

    Raises
    ------
    LauncherError
        When the data folder cannot be written, or a step fails.
    """
    place, terminal = kit.place, kit.terminal
    logs = place.logs / "set-up"
    bundle = bundle_source(place)
    try:
        # Open to the account of archive and user servers; closed to everybody else when that account is ours.
        make_folder(place.data, mode=0o755 if place.account else 0o700)
        make_folder(place.logs, mode=0o700)
        make_folder(logs, mode=0o700)
        for folder in (place.environments, bundle):
            folder.mkdir(parents=True, exist_ok=True)
        _check_borrowed(place, steps)
        terminal.say(f"Set-up in {place.data}")
        busy = run_steps(
            steps, claimed=(place.environments, bundle), logs=logs, prepare=kit.prepare, terminal=terminal
        )
    except OSError as e:
        raise LauncherError(f"The data folder {place.data} cannot be used: {explain_os_error(e)}.") from e
    terminal.say(
        f"Set-up finished after {terminal.elapsed():.1f} s" if busy else "  Everything is there already"
    )


def _check_borrowed(place: Place, steps: list[Step]) -> None:
    """Look whether environments that somebody else made are complete.

    Raises
    ------
    LauncherError
        When they are not: we cannot mend them.
    """
    if os.access(place.environments, os.W_OK):
        return
    stale = [step for step in unfinished(steps, fingerprints(steps)) if place.data not in step.stamp.parents]
    if stale:
        raise LauncherError(
            f"The environments in {place.environments} belong to another account and do not fit this clone: "
            f"“{stale[0].title}” is to be done. Run `./astrohub up` as that account, or "
            "unset ASTROHUB_ENVIRONMENTS."
        )
