"""A kernel notes which cell it runs where that outlives it; the server tells it when the kernel has ended."""

from __future__ import annotations

import asyncio
import atexit
import json
import os
import re
import shutil
import stat
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
import websocket
from astrohub_lab import kernel_record
from astrohub_lab.kernel_record import Ran, begin_record, load_ipython_extension, ran_last

from .conftest import Lab

PATIENCE_S = 120
_KILLED = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
_IMPORTS = "import os; from pathlib import Path; from astrohub_lab.kernel_record import begin_record\n"
_FORK = "if not (child := os.fork()):\n    raise SystemExit\nos.waitpid(child, 0)"
_FORK_TO_NOTE = "if not (child := os.fork()):\n    note('two')\n    os._exit(0)\nos.waitpid(child, 0)"
_WRITES = "write = os.pwrite\ndef fail(*_):\n    raise OSError(28, 'No space left on device')"
_CONFIG = Path(__file__).parents[2] / "extensions" / "jupyter-config" / "ipython_kernel.py"
_LOADED = """
import os
from IPython.core import application
from ipykernel.kernelapp import IPKernelApp
application.ENV_CONFIG_DIRS[:] = [{folder!r} + "/environment"]
application.SYSTEM_CONFIG_DIRS[:] = [{folder!r} + "/system"]
kernel = IPKernelApp.instance(transport="ipc", ip="socket", connection_file={folder!r} + "/kernel-1.json")
kernel.initialize([])
os.write(1, " ".join(kernel.shell.extension_manager.loaded).encode())
os._exit(0)
"""
_ENDED = frozenset({"restarting", "autorestarting", "dead"})


@pytest.fixture(autouse=True)
def nothing_at_exit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this process be no kernel at its end."""
    monkeypatch.setattr(atexit, "register", lambda function: function)


@pytest.fixture
def connection(tmp_path: Path) -> Path:
    """A kernel's connection file."""
    file = tmp_path / "kernel-1.json"
    file.write_text("{}")
    return file


@contextmanager
def _process(connection: Path, code: str) -> Iterator[Any]:
    """Run code with `note` in a process of its own, which has said that it is done and waits."""
    begun = f"{_IMPORTS}note = begin_record(Path({str(connection)!r}))"
    command = [sys.executable, "-c", f"{begun}\n{code}\nprint('done', flush=True)\ninput()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "done\n"
            yield process
        finally:
            process.kill()


def _ended(connection: Path, code: str) -> None:
    with _process(connection, code):
        pass


def test_what_a_killed_process_ran_is_known(connection: Path) -> None:
    _ended(connection, "note('first')\nnote(None)\nnote('second-1_A')")
    assert ran_last(connection) == Ran(cell="second-1_A")


def test_of_a_process_that_ran_no_cell_when_it_ended_none_is_named(connection: Path) -> None:
    _ended(connection, "note('first')\nnote(None)")
    assert ran_last(connection) == Ran(cell=None)


def test_the_next_process_keeps_what_the_last_one_ran(connection: Path) -> None:
    _ended(connection, "note('one')")
    with _process(connection, "note('two')"):
        assert ran_last(connection) == Ran(cell="one")
    assert ran_last(connection) == Ran(cell="two")


def test_where_the_next_process_cannot_begin_its_record_no_cell_of_the_last_is_told(
    connection: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(122, "Disk quota exceeded")

    _ended(connection, "note('one')")
    monkeypatch.setattr(os, "open", full)
    Kernel(connection).ask({"cellId": "two"})
    assert ran_last(connection) is None
    assert list(connection.parent.iterdir()) == [connection]


def test_a_process_that_has_ended_but_is_not_reaped_runs_no_more(connection: Path) -> None:
    _ended(connection, "note('one')")
    with _process(connection, "note('two')") as process:
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert ran_last(connection) == Ran(cell="two")


def test_another_process_of_the_same_number_is_not_the_kernel(connection: Path) -> None:
    _ended(connection, "note('one')")
    record = connection.with_suffix(".ran")
    record.write_text(re.sub(r"^\d+", str(os.getpid()), record.read_text()))
    assert ran_last(connection) == Ran(cell="one")
    begin_record(connection)("two")
    assert ran_last(connection) == Ran(cell="one")  # this process is the one that it names


def test_where_the_system_tells_nothing_of_processes_their_numbers_count(
    connection: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kernel_record, "_PROCESSES", connection.parent / "none")
    _ended(connection, "note('one')")
    begin_record(connection)("two")
    assert connection.with_suffix(".ran").read_text().split() == [str(os.getpid()), "two"]
    assert ran_last(connection) == Ran(cell="one")


def test_what_a_cell_forks_notes_nothing(connection: Path) -> None:
    _ended(connection, f"note('one')\n{_FORK_TO_NOTE}")
    assert ran_last(connection) == Ran(cell="one")


@pytest.mark.parametrize("failing", ["fail", "lambda file, text, at: write(file, text[:-90], at)"])
def test_where_a_note_fails_no_cell_before_it_is_told(connection: Path, failing: str) -> None:
    _ended(connection, "note('one')")
    broken = f"note('two')\n{_WRITES}\nos.pwrite = {failing}\nnote('three')"
    with _process(connection, broken):
        assert ran_last(connection) is None
    assert ran_last(connection) is None
    _ended(connection, f"{broken}\nos.pwrite = write\nnote('four')")
    assert ran_last(connection) == Ran(cell="four")


def test_a_process_that_ends_by_itself_leaves_nothing(connection: Path) -> None:
    _ended(connection, "note('one')")
    with _process(connection, f"note('two')\n{_FORK}") as process:
        assert ran_last(connection) == Ran(cell="one")  # the end of what a cell forks is not the kernel's
        process.communicate("\n", timeout=PATIENCE_S)
    assert ran_last(connection) is None
    assert list(connection.parent.iterdir()) == [connection]


def test_only_its_owner_can_read_a_record(connection: Path) -> None:
    begin_record(connection)
    assert stat.S_IMODE(connection.with_suffix(".ran").stat().st_mode) == 0o600


def test_what_killed_kernels_have_left_is_removed(connection: Path) -> None:
    for name in ("kernel-2.ran", "kernel-2.ran-before", "kernel-3.ran", "kernel-3.json", "other.ran"):
        (connection.parent / name).write_text("")
    begin_record(connection)
    left = {path.name for path in connection.parent.iterdir()}
    assert left == {"kernel-1.json", "kernel-1.ran", "kernel-3.json", "kernel-3.ran", "other.ran"}


@pytest.mark.parametrize("text", ["", "null", "-1 a", "9" * 30, "1234 a b", "12 ../a", "\udcff"])
def test_a_file_that_is_no_record_tells_nothing(connection: Path, text: str) -> None:
    connection.with_suffix(".ran").write_bytes(text.encode(errors="surrogateescape"))
    assert ran_last(connection) is None


class Kernel:
    """What an extension finds in a kernel, whose requests are noted as they are handled.

    Parameters
    ----------
    connection
        Its connection file.
    """

    def __init__(self, connection: Path) -> None:
        self.parent = SimpleNamespace(abs_connection_file=str(connection))
        self.shell_handlers: dict[str, Callable[..., Any]] = {"execute_request": self._handle}
        self.record = connection.with_suffix(".ran")
        self.noted: list[str] = []
        load_ipython_extension(SimpleNamespace(kernel=self))

    async def _handle(self, stream: object, ident: object, parent: dict[str, Any]) -> None:
        self._note()
        if parent.get("content") == "raise":
            raise KeyError(parent["content"])

    def _note(self) -> None:
        if self.record.exists():
            self.noted.append(re.sub(r"^\d+/\d+", "", self.record.read_text()).strip())

    def ask(self, metadata: object, content: str = "") -> None:
        """Handle a request to its end."""
        request = {"metadata": metadata, "content": content}
        asyncio.run(self.shell_handlers["execute_request"](None, None, request))
        self._note()


@pytest.mark.parametrize(
    "metadata", [{}, None, {"cellId": 3}, {"cellId": "x = 'secret'"}, {"cellId": "a" * 65}]
)
def test_of_a_request_nothing_but_a_cells_id_is_noted(connection: Path, metadata: object) -> None:
    kernel = Kernel(connection)
    kernel.ask(metadata)
    assert kernel.noted == ["", ""]
    kernel.ask({"cellId": "a-1"}, "no code")
    assert kernel.noted[2:] == ["a-1", ""]


def test_a_request_that_fails_has_ended_too(connection: Path) -> None:
    kernel = Kernel(connection)
    with pytest.raises(KeyError):
        kernel.ask({"cellId": "a-1"}, "raise")
    kernel.ask({})
    assert kernel.noted == ["a-1", "", ""]


def test_what_a_subshell_runs_is_no_cell(connection: Path) -> None:
    kernel = Kernel(connection)
    thread = threading.Thread(target=kernel.ask, args=({"cellId": "a-1"},))
    thread.start()
    thread.join(PATIENCE_S)
    assert kernel.noted == ["", ""]


def test_a_kernel_that_cannot_write_runs_without(tmp_path: Path) -> None:
    kernel = Kernel(tmp_path / "not there" / "kernel-1.json")
    kernel.ask({"cellId": "a-1"})
    assert kernel.noted == []


def test_a_full_disk_breaks_no_cell(connection: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "pwrite", full)
    kernel = Kernel(connection)
    kernel.ask({"cellId": "a-1"})
    assert kernel.noted == ["", ""]


@pytest.mark.parametrize("name", ["tmpa1b2.json", "kernel.json", "kernel-1.txt"])
def test_only_beside_a_connection_file_of_the_servers_a_record_is_kept(tmp_path: Path, name: str) -> None:
    kernel = Kernel(tmp_path / name)
    kernel.ask({"cellId": "a-1"})
    assert list(tmp_path.iterdir()) == []


def test_a_kernel_loads_what_its_operator_names_too(tmp_path: Path) -> None:
    for folder in ("system", "environment"):
        (tmp_path / folder).mkdir()
    shutil.copy(_CONFIG, tmp_path / "environment" / "ipython_kernel_config.py")
    of_operator = {"InteractiveShellApp": {"extra_extensions": ["IPython.extensions.autoreload"]}}
    (tmp_path / "system" / "ipython_kernel_config.json").write_text(json.dumps(of_operator))
    command = [sys.executable, "-c", _LOADED.format(folder=str(tmp_path))]
    environment = {**os.environ, "IPYTHONDIR": str(tmp_path / "own")}
    said = subprocess.check_output(command, text=True, timeout=PATIENCE_S, env=environment, cwd=tmp_path)
    assert set(said.split()) >= {"IPython.extensions.autoreload", "astrohub_lab.kernel_record"}


def test_a_shell_that_is_no_kernels_is_left_as_it_is() -> None:
    for shell in (SimpleNamespace(), SimpleNamespace(kernel=SimpleNamespace(parent=None))):
        before = dict(vars(shell))
        load_ipython_extension(shell)
        assert vars(shell) == before


def test_a_kernel_loads_nothing_else_for_it() -> None:
    loaded = "{'httpx', 'jupyter_server', 'tornado'} & set(sys.modules)"
    command = [sys.executable, "-c", f"import sys, astrohub_lab.kernel_record; print({loaded})"]
    assert subprocess.check_output(command, text=True, timeout=PATIENCE_S) == "set()\n"


@contextmanager
def _kernel(lab: Lab) -> Iterator[tuple[str, Any]]:
    """Start a kernel, and hold a websocket to it as the page does."""
    allowed = {"Authorization": f"token {lab.token}"}
    kernels = f"{lab.url}/api/kernels"
    name = str(
        httpx.post(kernels, headers=allowed, json={}, timeout=PATIENCE_S).raise_for_status().json()["id"]
    )
    address = f"{kernels}/{name}/channels".replace("http", "ws", 1)
    channels = websocket.create_connection(address, header=allowed, timeout=PATIENCE_S)
    try:
        yield name, channels
    finally:
        channels.close()
        httpx.delete(f"{kernels}/{name}", headers=allowed, timeout=PATIENCE_S)


def _send(channels: Any, code: str, cell: str) -> None:
    header = {"msg_id": uuid.uuid4().hex, "msg_type": "execute_request", "session": uuid.uuid4().hex}
    content = {"code": code, "silent": False, "store_history": False, "allow_stdin": False}
    parts = {"parent_header": {}, "metadata": {"cellId": cell}, "content": content, "channel": "shell"}
    channels.send(json.dumps({"header": header, **parts}))


def _await_end(channels: Any) -> None:
    while json.loads(channels.recv())["content"].get("execution_state") not in _ENDED:
        pass


def _ran(lab: Lab, kernel: str) -> Any:
    return lab.call("GET", f"kernels/{kernel}/ran").raise_for_status().json()["ran"]


def test_of_five_cells_the_one_is_named_in_which_the_kernel_was_killed(lab: Lab) -> None:
    nested = (
        "get_ipython().run_cell('1'); get_ipython().run_cell(' '); get_ipython().run_cell('2', silent=True)"
    )
    with _kernel(lab) as (kernel, channels):
        assert _ran(lab, kernel) is None  # it runs
        for number, code in enumerate(["a = 1", "a += 1", f"{nested}; {_KILLED}", "a", "a"], start=1):
            _send(channels, code, f"cell-{number}")
        _await_end(channels)
        assert _ran(lab, kernel) == {"cell": "cell-3"}
    assert _ran(lab, kernel) is None


def test_who_may_not_ask_the_server_is_told_nothing_of_kernels(lab: Lab) -> None:
    assert httpx.get(f"{lab.url}/astrohub/kernels/k/ran", timeout=PATIENCE_S).status_code == 403
