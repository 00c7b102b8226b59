"""Every way in which the service says no."""

from __future__ import annotations

__all__ = ["HookError", "NotebooksError", "RefusedTreeError", "SettingsError", "SourceError", "StorageError"]


class NotebooksError(Exception):
    """Something that is told in one sentence: what is wrong, where, what to do."""


class SettingsError(NotebooksError):
    """A settings file that cannot be read or holds a key or value that is not known."""


class SourceError(NotebooksError):
    """A source that cannot be reached or read; the last version stays."""


class RefusedTreeError(NotebooksError):
    """A tree that must not be published; it is refused as a whole."""


class StorageError(NotebooksError):
    """A folder of ours that cannot be written."""


class HookError(NotebooksError):
    """A message of a forge that is not acted upon.

    Parameters
    ----------
    message
        The sentence.
    status
        The HTTP status that goes with it.
    """

    def __init__(self, message: str, *, status: int) -> None:
        super().__init__(message)
        self.status = status
