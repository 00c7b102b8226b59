"""Times, durations, sizes and paths as the pages say them."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from markupsafe import Markup, escape

__all__ = ["breakable", "date", "duration", "memory", "moment"]


def moment(time: datetime) -> str:
    """Write a time to the minute, in UTC."""
    return time.astimezone(UTC).strftime("%Y-%m-%d %H:%M")


def date(time: datetime) -> str:
    """Write a day, in UTC."""
    return time.astimezone(UTC).strftime("%Y-%m-%d")


def duration(seconds: float) -> str:
    """Write a duration: seconds below two minutes, minutes below two hours."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min"


def memory(size: int) -> str:
    """Write a number of bytes in megabytes or gigabytes."""
    return f"{size / 1e6:.0f} MB" if size < 999_500_000 else f"{size / 1e9:.1f} GB"


def breakable(path: str) -> Markup:
    """Let a long path break where a reader would break it."""
    return Markup(re.sub(r"(?<=[/_])|(?=\.ipynb)", "<wbr>", str(escape(path))))  # noqa: S704  escaped before
