"""The notebook service: publishes the notebook collection."""

from __future__ import annotations

from ..files import write_json
from ..ports import HOST
from ..variables import for_parts
from .part import Command, Part, Question
from .platform import Platform

__all__ = ["NOTEBOOKS"]

_FILE = "notebooks.json"


def _prepare(platform: Platform) -> None:
    place = platform.place
    content = {
        "bind": {"host": HOST, "port": platform.ports["notebooks"]},
        "directory": str(place.notebooks),
        "source": {"kind": "folder", "path": str(place.collection)},
    }
    write_json(place.run / _FILE, content, mode=0o600, owner=place.account)


def _command(platform: Platform) -> Command:
    place = platform.place
    programs = place.environment("notebooks") / "bin"
    settings = [place.config / "notebooks.yaml", place.run / _FILE]
    options = [word for file in settings if file.exists() for word in ("--config", str(file))]
    variables = for_parts(programs, own=place.account is None) | {"HOME": str(place.notebooks)}
    return Command((str(programs / "astrohub-notebooks"), "serve", *options), place.notebooks, variables)


def _questions(platform: Platform) -> tuple[Question, ...]:
    return (Question(f"{platform.inner_url('notebooks')}/services/notebooks/health", "it does not answer"),)


NOTEBOOKS = Part(
    name="notebooks",
    ports=("notebooks",),
    prepare=_prepare,
    command=_command,
    questions=_questions,
    as_account=True,
)
