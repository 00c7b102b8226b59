"""One kernel: started where it is to run, asked cell by cell, ended with all it started."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode

from ..errors import TesterError
from .memory import end_tree

__all__ = ["Kernel", "KernelUnavailableError"]


#: Bytes at the end of what a kernel's process wrote that are searched for its last words.
_LAST_WORDS = 20_000
_TAKEN = "Address already in use"
_MORE_TRIES = 3
_FAULT = re.compile(r"(?i)^(fatal|terminate called)|\b(error|exception|segmentation fault)\b")


class KernelUnavailableError(TesterError):
    """A kernel that is not installed or does not start."""


class _BoundedClient(NotebookClient):
    """A client that stops keeping output when there is too much of it."""

    def bound(self, limit_bytes: float) -> None:
        self.left_bytes = limit_bytes
        self.was_cut = False

    def output(
        self, outs: list[NotebookNode], msg: dict[str, Any], display_id: str | None, cell_index: int
    ) -> NotebookNode | None:
        self.left_bytes -= _size(msg["content"])
        if self.left_bytes < 0 and msg["msg_type"] != "error":
            self.was_cut = True
            return None
        return super().output(outs, msg, display_id, cell_index)


class Kernel:
    """A running kernel for one notebook.

    Parameters
    ----------
    name
        Name of the kernelspec.
    notebook
        The notebook; outputs are written into it.
    output_limit_bytes
        Output beyond this is dropped.
    """

    def __init__(self, name: str, notebook: NotebookNode, *, output_limit_bytes: float) -> None:
        self.name = name
        self._notebook = notebook
        self._output_limit_bytes = output_limit_bytes
        self._make()

    def _make(self) -> None:
        """Make what a process needs that has not been started."""
        self._manager = AsyncKernelManager(kernel_name=self.name)
        self._client = _BoundedClient(
            self._notebook, km=self._manager, timeout=None, coalesce_streams=True, record_timing=False
        )
        self._client.bound(self._output_limit_bytes)
        self._client.log.disabled = True
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115  closed in end()
        self.pid = 0

    @property
    def output_was_cut(self) -> bool:
        """Whether output was dropped because there was too much of it."""
        return self._client.was_cut

    async def start(self, folder: Path, environment: Mapping[str, str], timeout_s: float) -> None:
        """Start the kernel in a folder and wait until it answers.

        Its ports are chosen before it starts; when another program has taken one meanwhile, it gets others.

        Raises
        ------
        KernelUnavailableError
            If it is not installed, ends at once, or does not answer in time.
        """
        for _ in range(_MORE_TRIES):
            try:
                return await self._start(folder, environment, timeout_s)
            except KernelUnavailableError:
                if _TAKEN not in self._complaint():
                    raise
            await self.end()
            self._make()
        return await self._start(folder, environment, timeout_s)

    async def _start(self, folder: Path, environment: Mapping[str, str], timeout_s: float) -> None:
        self._client.startup_timeout = max(1, round(timeout_s))
        try:
            is_ipykernel = "ipykernel" in " ".join(self._manager.kernel_spec.argv)  # type: ignore[union-attr]
            arguments = ["--HistoryManager.hist_file=:memory:"] if is_ipykernel else []
            variables = {**os.environ, **environment, "NBTESTER": "1"}
            await self._manager.start_kernel(
                cwd=str(folder),
                env=variables,
                extra_arguments=arguments,
                stdout=subprocess.DEVNULL,
                stderr=self._complaints,
            )
            self.pid = int(getattr(self._manager.provisioner, "pid", None) or 0)
            await self._client.async_start_new_kernel_client()
        except NoSuchKernel as e:
            installed = ", ".join(sorted(KernelSpecManager().find_kernel_specs())) or "none"
            raise KernelUnavailableError(
                f"The kernel {self.name!r} is not installed here; installed are: {installed}."
            ) from e
        except (RuntimeError, OSError, ValueError) as e:
            raise KernelUnavailableError(
                f"The kernel {self.name!r} does not start: {e}.{self._last_words()}"
            ) from e

    async def run(self, index: int, cell: NotebookNode) -> None:
        """Run one cell; raises what nbclient raises."""
        await self._client.async_execute_cell(cell, index)

    async def interrupt(self) -> None:
        """Ask the kernel to leave what it is doing."""
        with contextlib.suppress(RuntimeError, OSError):
            await self._manager.interrupt_kernel()

    async def death(self) -> str:
        """Say how a dead kernel ended: by itself, or by which signal, and its last words."""
        return await self._end_of_process() + self._last_words()

    async def _end_of_process(self) -> str:
        code = await self._manager.provisioner.poll() if self._manager.provisioner else None
        if code is None:
            return "The kernel does not answer any more."
        if code < 0:
            with contextlib.suppress(ValueError):
                return f"The kernel was killed by {signal.Signals(-code).name} (signal {-code})."
            return f"The kernel was killed by signal {-code}."
        return f"The kernel ended by itself (exit code {code}) before the cell did."

    def _last_words(self) -> str:
        """Return what the kernel's process wrote at last, if it names a fault."""
        told = [line.strip() for line in self._complaint().splitlines() if _FAULT.search(line)]
        return f" Its last words: {told[-1][:200]}" if told else ""

    def _complaint(self) -> str:
        """Return the end of what the kernel's process wrote."""
        size = self._complaints.seek(0, os.SEEK_END)
        self._complaints.seek(max(0, size - _LAST_WORDS))
        return self._complaints.read().decode("utf-8", errors="replace")

    async def was_killed(self) -> bool:
        """Say whether the kernel was ended by SIGKILL, as the system does when memory is short."""
        code = await self._manager.provisioner.poll() if self._manager.provisioner else None
        return code == -int(signal.SIGKILL)

    async def end(self) -> None:
        """Kill the kernel and every process it started."""
        if self.pid:
            end_tree(self.pid)
        with contextlib.suppress(RuntimeError, DeadKernelError, OSError, asyncio.TimeoutError):
            if self._manager.has_kernel:
                await self._manager.shutdown_kernel(now=True)
            if self._client.kc is not None:
                self._client.kc.stop_channels()
        await self._manager.cleanup_resources()
        self._complaints.close()


def _size(content: Mapping[str, Any]) -> int:
    data = content.get("data")
    if isinstance(data, Mapping):
        return sum(len(value) if isinstance(value, str) else len(str(value)) for value in data.values())
    return len(str(content.get("text", "")))
