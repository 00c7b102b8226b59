"""A user server that cannot start says so at once, in one sentence."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ..support.waiting import until
from .browser_session import BrowserSession
from .running_hub import PASSWORDS, RunningHub

USER = "researcher"


@pytest.fixture(scope="module")
def environment() -> Iterator[Path]:
    """A Lab environment in which each test puts what is to be run."""
    folder = Path(tempfile.mkdtemp(prefix="astrohub-lab-"))
    folder.chmod(0o755)
    (folder / "bin").mkdir()
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def hub(make_hub: Callable[..., RunningHub], environment: Path) -> RunningHub:
    """A hub with that Lab environment."""
    return make_hub(labEnvironment=str(environment))


@pytest.fixture
def failure(hub: RunningHub) -> Callable[[], str]:
    """Asks for a server and returns the page that says why there is none."""

    def failure() -> str:
        browser = BrowserSession(hub.url)
        browser.log_in(USER, PASSWORDS[USER])
        browser.get("/hub/spawn")
        address = f"/hub/spawn-pending/{USER}"
        until(lambda: browser.get(address).status_code >= 500, "the failure is said")
        return browser.get(address).text

    return failure


def _program(environment: Path, text: str | None) -> None:
    program = environment / "bin" / "jupyterhub-singleuser"
    program.unlink(missing_ok=True)
    if text is not None:
        program.write_text(text)
        program.chmod(0o755)


def test_a_lab_that_is_not_there(hub: RunningHub, environment: Path, failure: Callable[[], str]) -> None:
    _program(environment, None)
    assert "Your server cannot start: the Lab environment cannot be run." in failure()
    assert str(environment / "bin" / "jupyterhub-singleuser") in hub.log


def test_a_lab_that_stops_at_once(hub: RunningHub, environment: Path, failure: Callable[[], str]) -> None:
    _program(environment, "#!/bin/sh\necho a reason for the operator\nexit 3\n")
    page = failure()
    assert "Your server cannot start: it stopped while it started." in page
    assert "Traceback" not in page
    assert "exit status 3" in hub.log
    log = hub.data / "logs" / "servers" / f"{USER}.log"
    assert log.read_text() == "a reason for the operator\n"


def test_a_home_that_is_a_link_is_not_followed(
    hub: RunningHub, environment: Path, failure: Callable[[], str]
) -> None:
    home = hub.data / "vospace" / "home" / USER
    home.rename(home.with_name("kept"))
    home.symlink_to("/etc")
    try:
        assert "Your server cannot start: your home folder cannot be used." in failure()
    finally:
        home.unlink()
        home.with_name("kept").rename(home)


def test_no_token_is_left_behind(hub: RunningHub, environment: Path, failure: Callable[[], str]) -> None:
    _program(environment, "#!/bin/sh\nexit 3\n")
    failure()
    assert not (hub.data / "servers" / USER / "default" / "token").exists()
