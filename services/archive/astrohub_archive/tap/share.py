"""How much of the archive's jobs one caller may have, so that something is left to others."""

from __future__ import annotations

from ..errors import BusyError, QuotaExceeded
from ..ivoa.uws import Load
from ..settings import Limits

__all__ = ["check_share"]

_AGAIN_S = 60


def check_share(limits: Limits, load: Load, *, is_anonymous: bool) -> None:
    """Let a caller have one more job.

    Raises
    ------
    BusyError
        When there are as many unfinished jobs as there may be.
    QuotaExceeded
        When the results that are kept leave no room for another. None is removed to make room: each is kept
        for as long as was promised.
    """
    if is_anonymous:
        _check_anonymous(limits, load)
    elif load.active >= limits.jobs_per_user:
        raise BusyError(
            f"You have {load.active} unfinished jobs, as many as one user may have; "
            "wait for one to end, or delete it.",
            retry_after_s=_AGAIN_S,
        )
    most_bytes = limits.results_anonymous_bytes if is_anonymous else limits.results_bytes
    if load.result_bytes >= most_bytes:
        raise QuotaExceeded(
            f"The results of your jobs take {load.result_bytes:,} bytes, and may take {most_bytes:,}; "
            "delete jobs whose results you do not need any more."
        )


def _check_anonymous(limits: Limits, load: Load) -> None:
    if load.active_of_address >= limits.jobs_per_address:
        raise BusyError(
            f"Callers without a token have {load.active_of_address} unfinished jobs from your address, as "
            "many as one address may have; wait for one to end, delete it, or send a token.",
            retry_after_s=_AGAIN_S,
        )
    if load.active >= limits.jobs_anonymous:
        raise BusyError(
            f"Callers without a token have {load.active} unfinished jobs, as many as they may have together; "
            "come again later, or send a token.",
            retry_after_s=_AGAIN_S,
        )
