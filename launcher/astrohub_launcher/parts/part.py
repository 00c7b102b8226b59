"""What a part is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .platform import Platform

__all__ = ["Command", "Part", "Question"]


@dataclass(frozen=True)
class Command:
    """How a part is started."""

    words: tuple[str, ...]
    cwd: Path
    variables: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True)
class Question:
    """A request that a healthy part answers with 200.

    Parameters
    ----------
    otherwise
        What it means when it does not.
    headers
        Headers of the request; they may hold a secret.
    """

    url: str
    otherwise: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Part:
    """One of the equals that make up the platform.

    Parameters
    ----------
    ports
        Names of the inner ports that it needs.
    as_account
        Whether it runs under the unprivileged account when the caller is root.
    after
        Names of the parts that must be healthy before it starts.
    prepare
        Writes what the part reads at its start.
    command
        Says how it is started.
    questions
        Says what it is asked for its health; the first that fails says why not.
    routes_are_lost
        Whether the hub must tell the routes again when the part was started again.
    grace_s
        Seconds that it is given to stop.
    """

    name: str
    ports: tuple[str, ...]
    prepare: Callable[[Platform], None]
    command: Callable[[Platform], Command]
    questions: Callable[[Platform], tuple[Question, ...]]
    as_account: bool = False
    after: tuple[str, ...] = ()
    routes_are_lost: bool = False
    grace_s: float = 10.0
