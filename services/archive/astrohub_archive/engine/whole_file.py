"""An answer in a file: written under another name, safe on disk, and renamed; complete or not at all."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from ..errors import QuotaExceeded
from .answer import Answer

__all__ = ["write_whole", "written_bytes"]


async def write_whole(answer: Answer, path: Path, most_bytes: int | None = None) -> None:
    """Write an answer to `path`.

    Raises
    ------
    QuotaExceeded
        When it takes more than `most_bytes`.
    ArchiveError
        When the answer fails; no file is left.
    """
    partial = _partial(path)
    size = 0
    try:
        with partial.open("wb") as file:
            async for chunk in answer.chunks():
                size += len(chunk)
                if most_bytes is not None and size > most_bytes:
                    raise QuotaExceeded(f"The answer takes more than the {most_bytes:,} bytes left for it.")
                await asyncio.to_thread(file.write, chunk)
            if answer.failure is not None:
                raise answer.failure
            file.flush()
            await asyncio.to_thread(os.fsync, file.fileno())
        partial.replace(path)
        await asyncio.to_thread(_sync_folder, path.parent)
    finally:
        partial.unlink(missing_ok=True)


def written_bytes(path: Path) -> int:
    """Return how many bytes of an answer that is being written to `path` are there; it blocks."""
    try:
        return _partial(path).stat().st_size
    except FileNotFoundError:
        return 0


def _partial(path: Path) -> Path:
    return path.with_name(f".{path.name}.partial")


def _sync_folder(folder: Path) -> None:
    """Let the new name survive a power cut too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
