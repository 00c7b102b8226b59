"""An interpreter: understands one text after the other, and is ended by the kernel when one takes too long.

Started by the pool as `python -m astrohub_archive.interpreters.program`; it ends when the pool has gone.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import resource
import signal
import sys
from typing import BinaryIO

from ..adql import understand
from ..errors import QueryError
from ..incidents import report_incident
from ..logs import start_logging
from .wire import Question, Task, frame, read_frame, write_answer, write_failure, write_incident

__all__ = ["main"]

_MEMORY_BYTES = 2 * 1024**3


def main() -> None:
    """Answer until the other end of the pipe is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Not even a fault of a library may write between the answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    start_logging()
    _bound_memory()
    with contextlib.suppress(BrokenPipeError):
        _serve(sys.stdin.buffer, answers)


def _serve(questions: BinaryIO, answers: BinaryIO) -> None:
    first = read_frame(questions)
    if first is None:
        return
    task: Task = pickle.loads(first)  # noqa: S301 -- said by the server itself
    _answer(answers, b"{}")
    while (content := read_frame(questions)) is not None:
        # The kernel ends this process by SIGPROF when it has computed for so long: nothing in it can be too
        # busy to notice, and a machine that is busy with other things does not count.
        signal.setitimer(signal.ITIMER_PROF, task.limits.understand_s)
        said = _said(task, pickle.loads(content))  # noqa: S301 -- said by the server itself
        signal.setitimer(signal.ITIMER_PROF, 0)
        _answer(answers, said)


def _said(task: Task, question: Question) -> bytes:
    try:
        catalog = question.catalog(task.catalog)
        return write_answer(understand(question.text, catalog, task.limits, question.language))
    except QueryError as e:
        return write_failure(e)
    except MemoryError:
        return write_failure(
            QueryError("Understanding this query takes too much memory; make it shorter, or split it.")
        )
    except Exception as e:  # noqa: BLE001 -- outermost ring of a process: reported, and the next text is read
        return write_incident(report_incident(e, "a query was not understood"))


def _answer(answers: BinaryIO, content: bytes) -> None:
    answers.write(frame(content))
    answers.flush()


def _bound_memory() -> None:
    """Keep a text from taking all memory, and let the kernel take this process before the service."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:
        file.write("700")


if __name__ == "__main__":
    main()
