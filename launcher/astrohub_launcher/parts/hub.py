"""The hub: log-in, tokens, user servers."""

from __future__ import annotations

import os
from dataclasses import asdict

from ..files import write_json
from ..ports import HOST
from ..variables import for_parts
from .part import Command, Part, Question
from .platform import Platform

__all__ = ["HUB"]

_FILE = "hub.json"


def _prepare(platform: Platform) -> None:
    place, credentials = platform.place, platform.credentials
    content = {
        "publicUrl": platform.url,
        "data": str(place.data),
        "publicBind": {"host": HOST, "port": platform.port},
        "proxy": {"apiUrl": platform.inner_url("proxy"), "authToken": credentials.proxy},
        "hub": {"host": HOST, "port": platform.ports["hub"]},
        "account": asdict(place.account) if place.account else None,
        "labEnvironment": str(place.environment("lab")),
        "services": {
            "archive": {"url": platform.inner_url("archive"), "apiToken": credentials.archive},
            "notebooks": {"url": platform.inner_url("notebooks"), "apiToken": credentials.notebooks},
            "launcher": {"apiToken": credentials.launcher},
        },
        "notebooks": str(place.notebooks / "current"),
    }
    write_json(place.run / _FILE, content, mode=0o600)


def _command(platform: Platform) -> Command:
    place = platform.place
    programs = place.environment("hub") / "bin"
    settings = [place.config / "hub.yaml", place.run / _FILE]
    config = place.clone / "hub" / "astrohub_hub" / "jupyterhub_config.py"
    variables = for_parts(programs) | {"ASTROHUB_HUB_CONFIG": os.pathsep.join(map(str, settings))}
    return Command((str(programs / "jupyterhub"), "-f", str(config)), place.hub, variables)


def _questions(platform: Platform) -> tuple[Question, ...]:
    return (
        Question(f"{platform.inner_url('hub')}/hub/health", "it does not answer"),
        Question(f"{platform.url}/hub/health", "it answers, but the proxy does not lead to it"),
    )


HUB = Part(
    name="hub",
    ports=("hub",),
    prepare=_prepare,
    command=_command,
    questions=_questions,
    after=("proxy",),
    grace_s=30.0,  # it stops the user servers first
)
