"""How fast the supervisor looks and acts, and how patient it is."""

from __future__ import annotations

import os
from dataclasses import dataclass

from ..errors import LauncherError

__all__ = ["Pace", "usual_pace"]

_VARIABLE = "ASTROHUB_PATIENCE_S"


@dataclass(frozen=True)
class Pace:
    """All in seconds.

    Parameters
    ----------
    start_s
        For all parts to become healthy at the first start.
    impatient_look_s, look_s
        Between two looks at a part that is not healthy, and at one that is.
    first_delay_s, longest_delay_s
        Before a part is started again; the pauses grow until it has run for `steady_s`.
    patience_s
        For which a part may be silent without computing before it is ended.
    busy_patience_s
        For which it may be silent while it computes.
    """

    start_s: float = 300.0
    impatient_look_s: float = 0.1
    look_s: float = 3.0
    first_delay_s: float = 0.5
    longest_delay_s: float = 30.0
    steady_s: float = 60.0
    patience_s: float = 60.0
    busy_patience_s: float = 300.0


def usual_pace() -> Pace:
    """Return the usual pace, with the patience that the operator asks for.

    Raises
    ------
    LauncherError
        When that is not a number of seconds.
    """
    text = os.environ.get(_VARIABLE, "").strip()
    if not text:
        return Pace()
    if not text.isdecimal() or int(text) < 1:
        raise LauncherError(f"{_VARIABLE} is {text!r}: give a number of seconds, 1 or more, or unset it.")
    return Pace(patience_s=float(text), busy_patience_s=5 * float(text))
