"""The archive: the data services."""

from __future__ import annotations

from ..files import write_json
from ..ports import HOST
from ..variables import for_parts
from .part import Command, Part, Question
from .platform import Platform

__all__ = ["ARCHIVE"]

_FILE = "archive.json"


def _prepare(platform: Platform) -> None:
    place = platform.place
    content = {
        "bind": {"host": HOST, "port": platform.ports["archive"]},
        "publicUrl": platform.url,
        "publicData": str(place.public),
        "workDir": str(place.archive),
        "filesDir": str(place.homes.parent),
        "publicFilesDir": str(place.public_files),
        "hub": {"apiUrl": f"{platform.inner_url('hub')}/hub/api", "apiToken": platform.credentials.archive},
    }
    write_json(place.run / _FILE, content, mode=0o600, owner=place.account)


def _command(platform: Platform) -> Command:
    place = platform.place
    programs = place.environment("archive") / "bin"
    settings = [place.config / "archive.yaml", place.run / _FILE]
    options = [word for file in settings if file.exists() for word in ("--config", str(file))]
    variables = for_parts(programs, own=place.account is None) | {"HOME": str(place.archive)}
    return Command((str(programs / "astrohub-archive"), "serve", *options), place.archive, variables)


def _questions(platform: Platform) -> tuple[Question, ...]:
    address = f"{platform.inner_url('archive')}/services/archive/tap/availability"
    return (Question(address, "it does not answer"),)


ARCHIVE = Part(
    name="archive",
    ports=("archive",),
    prepare=_prepare,
    command=_command,
    questions=_questions,
    as_account=True,
)
