"""Reports replace their file at once, so that a reader never sees half of one."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from ..errors import TesterError

__all__ = ["replace_file"]


@contextmanager
def replace_file(file: Path) -> Iterator[BinaryIO]:
    """Give a stream whose content takes the file's place when the block ends well.

    Raises
    ------
    TesterError
        If the file cannot be written.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
        try:
            with os.fdopen(handle, "wb") as target:
                yield target
            Path(name).chmod(0o644)
            Path(name).replace(file)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as e:
        raise TesterError(f"The report {file} cannot be written: {e.strerror or e}.") from e
