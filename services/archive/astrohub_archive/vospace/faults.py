"""The operating system's errors on files, turned into sentences where they enter."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from ..errors import ArchiveError, Conflict, Forbidden, NotFound, StorageFull, UsageError

__all__ = ["translated"]


@contextmanager
def translated(path: str) -> Iterator[None]:
    """Raise what the archive says in place of what the operating system says of `path`."""
    try:
        yield
    except OSError as e:
        error = _of(e, path or "the root")
        if error is None:
            raise
        raise error from e


def _of(failure: OSError, path: str) -> ArchiveError | None:
    match failure.errno:
        case errno.ENOENT:
            return NotFound(f"There is no {path}.")
        case errno.ENOTDIR | errno.ELOOP:
            return NotFound(
                f"{path} cannot be reached: a file or a link stands in the way, and links are not followed."
            )
        case errno.EISDIR:
            return Conflict(f"{path} is a folder.")
        case errno.EEXIST | errno.ENOTEMPTY:
            return Conflict(f"{path} is there already.")
        case errno.EACCES | errno.EPERM | errno.EROFS:
            return Forbidden(
                f"The permissions on disk do not allow this with {path}; change them and try again."
            )
        case errno.ENOSPC | errno.EDQUOT:
            return StorageFull(f"The disk of the archive is full, so {path} was not kept; tell the operator.")
        case errno.ENAMETOOLONG:
            return UsageError("A name is too long; choose a shorter one.")
        case errno.EINVAL:
            return UsageError(f"This cannot be done with {path}; a folder cannot go into itself.")
        case _:
            return None
