"""`up`, `status` and `down`: what a person sees, and what is left behind."""

from __future__ import annotations

import json
import re
import signal
import socket
import stat
from pathlib import Path

import pytest
from astrohub_launcher.ports import DEFAULT_PORT

from ..support.door import run_door
from ..support.ports import free_port
from ..support.small_clone import SmallClone, give_away
from ..support.waiting import until


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_up_prints_steps_with_times_the_address_and_the_accounts(clone: SmallClone) -> None:
    result = clone.up()
    assert result.returncode == 0, result.stderr
    assert re.search(r"✓ Hub: 1 locked packages +\d+\.\d s", result.stdout)
    assert re.search(r"✓ hub is healthy +\d+\.\d s", result.stdout)
    assert f"ready after {result.stdout.split('ready after ')[1].split(' s')[0]} s: http://" in result.stdout
    for name in ("administrator", "researcher", "collaborator", "student1"):
        assert re.search(rf"{name} +[a-z0-9-]{{19}}", result.stdout)
    assert "does not isolate users from each other" in result.stdout


def test_a_second_up_does_nothing_again_and_keeps_passwords_to_itself(clone: SmallClone) -> None:
    first = clone.up()
    shown = re.findall(r"^  researcher +(\S+)$", first.stdout, re.M)
    assert len(shown) == 1
    assert clone.run("down").returncode == 0
    calls = clone.calls()
    second = clone.up()
    assert second.returncode == 0, second.stderr
    assert "Everything is there already" in second.stdout
    assert shown[0] not in second.stdout
    assert str(clone.data / "sample-accounts") in second.stdout
    assert clone.calls() == calls


def test_up_while_it_runs_prints_the_address_and_ends_well(clone: SmallClone) -> None:
    clone.up()
    result = clone.up()
    assert result.returncode == 0
    assert result.stdout == f"astrohub is running already: http://127.0.0.1:{clone.port}\n"


def test_up_with_another_port_while_it_runs_says_how_to_get_it(clone: SmallClone) -> None:
    clone.up()
    result = clone.run("up", "--detach", "--port", "1")
    assert result.returncode == 0
    assert f"already: http://127.0.0.1:{clone.port}\n" in result.stdout
    assert "To have it on port 1, stop it first: ./astrohub down\n" in result.stdout


def test_a_port_that_is_taken_is_named_before_anything_is_set_up(clone: SmallClone) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", clone.port))
        other.listen()
        result = clone.up()
    assert result.returncode == 1
    assert f"Port {clone.port} is taken by another program" in result.stderr
    assert f"--port {clone.port + 1}" in result.stderr
    assert clone.calls() == []


def test_a_port_of_the_administrators_is_refused_to_others(
    clone: SmallClone, ordinary_user: tuple[str, ...]
) -> None:
    first = int(Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").read_text())
    if first <= 1:
        pytest.skip("on this machine every account may listen on every port")
    give_away(clone.root)
    result = clone.run("up", "--detach", "--port", str(first - 1), before=ordinary_user)
    assert result.returncode == 1
    assert f"This account may not listen on port {first - 1}" in result.stderr
    assert f"--port {DEFAULT_PORT}" in result.stderr
    assert clone.calls() == []


def test_a_data_option_that_names_a_file_is_refused(clone: SmallClone) -> None:
    clone.data.write_text("")
    result = clone.up()
    assert result.returncode == 1
    assert f"--data {clone.data} is not a folder" in result.stderr


def test_an_empty_data_option_is_refused(clone: SmallClone) -> None:
    result = run_door("up", "--data", "", clone=clone.clone, env=clone.variables())
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == "--data is empty: name a folder, such as --data /srv/astrohub.\n"


@pytest.mark.parametrize("port", ["0", "65536", "web"])
def test_a_port_that_is_none_is_refused(clone: SmallClone, port: str) -> None:
    result = clone.run("up", "--port", port)
    assert result.returncode == 2
    assert f"{port} is not a port" in result.stderr


def test_status_tells_each_part_and_the_exit_code_agrees(clone: SmallClone) -> None:
    before = clone.run("status", "--json")
    assert (before.returncode, json.loads(before.stdout)["running"]) == (3, False)
    clone.up()
    result = clone.run("status", "--json")
    found = json.loads(result.stdout)
    assert result.returncode == 0
    assert {name: part["healthy"] for name, part in found["parts"].items()} == {
        "proxy": True,
        "archive": True,
        "notebooks": True,
        "hub": True,
    }
    assert found["url"] == f"http://127.0.0.1:{clone.port}"
    said = clone.run("status")
    assert said.stdout.count("✓") == 4


def test_down_ends_everything_and_can_be_said_twice(clone: SmallClone) -> None:
    clone.up()
    assert clone.processes()
    first = clone.run("down")
    assert (first.returncode, first.stdout[:13]) == (0, "Stopped after")
    assert clone.processes() == []
    second = clone.run("down")
    assert (second.returncode, second.stdout) == (0, "astrohub is not running.\n")
    assert clone.run("status").returncode == 3


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_up_in_the_foreground_stops_all_parts_at_a_signal(clone: SmallClone, number: signal.Signals) -> None:
    process = clone.begin("up", "--port", str(clone.port))
    assert process.stdout is not None
    said = ""
    while "Ctrl-C stops it" not in said:
        line = process.stdout.readline()
        assert line, said
        said += line
    process.send_signal(number)
    rest, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    assert rest.endswith("Stopped.\n")
    assert clone.processes() == []


def test_secrets_are_in_closed_files_and_nowhere_else(clone: SmallClone) -> None:
    clone.up()
    run = clone.data / "run"
    secrets = json.loads((run / "credentials.json").read_text())
    assert all(len(secret) == 64 for secret in secrets.values())
    for name in ("credentials.json", "hub.json", "archive.json", "state.json"):
        assert _mode(run / name) == 0o600, name
    assert _mode(clone.data / "sample-accounts") == 0o600
    assert _mode(clone.data / "hub" / "accounts.json") == 0o600
    assert _mode(clone.data / "logs") == 0o700
    spoken = "".join(file.read_text() for file in (clone.data / "logs").rglob("*.log"))
    arguments = "".join(Path(f"/proc/{pid}/cmdline").read_text() for pid in clone.processes())
    for secret in secrets.values():
        assert secret not in spoken
        assert secret not in arguments


def test_the_parts_are_told_what_they_must_know(clone: SmallClone) -> None:
    clone.up()
    run = clone.data / "run"
    secrets = json.loads((run / "credentials.json").read_text())
    hub, archive = (json.loads((run / f"{name}.json").read_text()) for name in ("hub", "archive"))
    assert hub["publicUrl"] == archive["publicUrl"] == f"http://127.0.0.1:{clone.port}"
    assert hub["services"]["archive"] == {
        "url": f"http://127.0.0.1:{archive['bind']['port']}",
        "apiToken": secrets["archive"],
    }
    assert archive["hub"] == {
        "apiUrl": f"http://127.0.0.1:{hub['hub']['port']}/hub/api",
        "apiToken": secrets["archive"],
    }
    assert hub["labEnvironment"] == str(clone.data / "environments" / "lab")
    assert hub["services"]["launcher"]["apiToken"] == secrets["launcher"]


def test_two_platforms_of_one_clone_run_side_by_side(clone: SmallClone) -> None:
    clone.up()
    port = str(free_port())
    environments = str(clone.data / "environments")
    words = ["--data", str(clone.root / "other"), "--port", port]
    other = clone.run("up", "--detach", *words, ASTROHUB_ENVIRONMENTS=environments)
    assert other.returncode == 0, other.stderr
    clone.run("down", "--data", str(clone.root / "other"))
    until(lambda: clone.run("status").returncode == 0, "the first one still runs")
