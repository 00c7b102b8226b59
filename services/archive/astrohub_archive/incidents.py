"""Incidents: faults of ours, kept in the log under a number that the user is told."""

from __future__ import annotations

import logging
import secrets

from .logs import log_event

__all__ = ["report_incident"]


def report_incident(failure: BaseException, event: str, **fields: object) -> str:
    """Log a fault with its traceback and return the sentence for the user.

    Parameters
    ----------
    failure
        What was raised.
    event
        What failed.
    fields
        On what.
    """
    incident = secrets.token_hex(4)
    log_event(event, level=logging.ERROR, failure=failure, incident=incident, **fields)
    return (
        "The archive failed on this request through a fault of its own; "
        f"tell its operator the incident {incident}."
    )
