"""Every way in which the tester itself says no; a broken notebook is a result, not an error."""

from __future__ import annotations

__all__ = ["CollectionError", "SettingsError", "TesterError", "UnreadableNotebookError", "WorkingCopyError"]


class TesterError(Exception):
    """Something the caller is told in one sentence: what is wrong, where, what to do."""


class SettingsError(TesterError):
    """A settings file or an option that cannot be read or is not known."""


class CollectionError(TesterError):
    """A collection that is not there or cannot be read."""


class UnreadableNotebookError(TesterError):
    """A file that ends in .ipynb and is not a notebook."""


class WorkingCopyError(TesterError):
    """A folder of which no scratch copy can be made."""
