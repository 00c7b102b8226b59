"""Faults that are told in one sentence."""

from __future__ import annotations

__all__ = ["BusyError", "LauncherError", "NotRunningError", "PartError", "StepError", "StoppedError"]


class LauncherError(Exception):
    """A fault whose message is the sentence to show.

    Parameters
    ----------
    sentence
        What failed, on what, and what to do next.
    details
        Lines to show below the sentence, such as the last lines of a log.
    """

    exit_code = 1

    def __init__(self, sentence: str, details: list[str] | None = None) -> None:
        super().__init__(sentence)
        self.details = details or []


class BusyError(LauncherError):
    """Somebody else is doing the same at this moment."""

    exit_code = 75


class NotRunningError(LauncherError):
    """The platform is not up."""

    exit_code = 3


class StepError(LauncherError):
    """A step of the set-up could not be finished."""


class PartError(LauncherError):
    """A part of the platform did not start."""


class StoppedError(LauncherError):
    """The person at the terminal stopped the command."""

    exit_code = 130
