"""Which formats there are, and how a request names one."""

from __future__ import annotations

from .format import Format

__all__ = ["FORMATS", "find_format"]

FORMATS: tuple[Format, ...] = ()


def find_format(name: str) -> Format:
    """Find a format by short name or media type, whatever the case; parameters not known are ignored.

    Raises
    ------
    UsageError
        When there is none; it names those that exist.
    """
    raise NotImplementedError
