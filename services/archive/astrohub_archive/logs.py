"""Events for the operator: one JSON object a line on standard error."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

__all__ = ["log_event", "start_logging"]

_LOGGER = logging.getLogger("astrohub.archive")
_encode = json.JSONEncoder(default=str, ensure_ascii=False).encode


def log_event(
    event: str, *, level: int = logging.INFO, failure: BaseException | None = None, **fields: object
) -> None:
    """Report something that an operator would act on.

    Parameters
    ----------
    event
        What happened, in a few fixed words.
    level
        A level of `logging`.
    failure
        The exception behind it; its traceback goes into the log and nowhere else.
    fields
        What it happened to. Never a token, never the text of a query.
    """
    if not _LOGGER.isEnabledFor(level):
        return
    told = None if failure is None else (type(failure), failure, failure.__traceback__)
    # Where in our code an event is told nobody asks, and to find out takes as long as to write the line.
    record = logging.LogRecord(_LOGGER.name, level, "", 0, event, None, told)
    record.__dict__["fields"] = fields
    _LOGGER.handle(record)


def start_logging(level: int = logging.INFO) -> None:
    """Send all logs of the process to standard error as JSON lines; of others only warnings."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    _LOGGER.setLevel(level)
    # No line tells them, so nobody need look them up for each.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    # What HubAuth has to say of a hub that does not answer, our own events say too.
    logging.getLogger("tornado.application").setLevel(logging.CRITICAL)


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
        }
        if record.name != _LOGGER.name:
            line["logger"] = record.name
        line.update(getattr(record, "fields", {}))
        if record.exc_info and record.exc_info[0] is not None:
            line["traceback"] = self.formatException(record.exc_info)
        return _encode(line)
