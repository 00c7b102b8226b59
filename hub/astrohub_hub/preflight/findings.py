"""What a check has found, and how it is told: lines for people, JSON for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TextIO

__all__ = ["Finding", "State", "exit_code", "fine", "problem", "skipped", "tell", "warning", "write_json"]


class State(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Parameters
    ----------
    check
        Short name of the check: storage, network-policy, …
    state
        How it ended.
    said
        What was seen, in one sentence.
    cure
        What to do; empty where nothing is to be done.
    """

    check: str
    state: State
    said: str
    cure: str = ""


def fine(check: str, said: str) -> Finding:
    """Say that something is as it must be."""
    return Finding(check, State.OK, said)


def warning(check: str, said: str, cure: str) -> Finding:
    """Say what may become a problem."""
    return Finding(check, State.WARNING, said, cure)


def problem(check: str, said: str, cure: str) -> Finding:
    """Say what has to be mended, and how."""
    return Finding(check, State.PROBLEM, said, cure)


def skipped(check: str, said: str) -> Finding:
    """Say what was not looked at, and why."""
    return Finding(check, State.SKIPPED, said)


def exit_code(findings: Iterable[Finding]) -> int:
    """Return 1 when something has to be mended, else 0."""
    return int(any(finding.state is State.PROBLEM for finding in findings))


def tell(findings: Sequence[Finding], out: TextIO = sys.stdout) -> None:
    """Write the findings for people: problems last, where the eye is."""
    order = (State.OK, State.SKIPPED, State.WARNING, State.PROBLEM)
    for finding in sorted(findings, key=lambda found: order.index(found.state)):
        out.write(f"{finding.state:8} {finding.check}: {finding.said}\n")
        if finding.cure:
            out.write(f"{'':8}   → {finding.cure}\n")
    problems = sum(finding.state is State.PROBLEM for finding in findings)
    out.write(f"{problems} problem{'' if problems == 1 else 's'} in {len(findings)} findings\n")


def write_json(findings: Sequence[Finding], out: TextIO = sys.stdout) -> None:
    """Write the findings for a program."""
    content = {"ok": not exit_code(findings), "findings": [asdict(finding) for finding in findings]}
    out.write(json.dumps(content, indent=2) + "\n")
