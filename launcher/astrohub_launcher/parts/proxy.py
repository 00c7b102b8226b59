"""The proxy: the public port, in front of hub, user servers and services."""

from __future__ import annotations

from ..node import node_program
from ..ports import HOST
from ..variables import for_parts
from .part import Command, Part, Question
from .platform import Platform

__all__ = ["PROXY"]

_NAME = "configurable-http-proxy"


def _prepare(_: Platform) -> None:
    """Nothing is written: the proxy takes options and one secret variable."""


def _command(platform: Platform) -> Command:
    place = platform.place
    node = node_program(place.environment("hub"))
    script = place.environment("proxy") / "node_modules" / _NAME / "bin" / _NAME
    options = {
        "--ip": HOST,
        "--port": str(platform.port),
        "--api-ip": HOST,
        "--api-port": str(platform.ports["proxy"]),
        "--error-target": f"{platform.inner_url('hub')}/hub/error",
        "--log-level": "info",
    }
    words = (str(node), str(script), *(word for pair in options.items() for word in pair))
    variables = for_parts(node.parent) | {"CONFIGPROXY_AUTH_TOKEN": platform.credentials.proxy}
    return Command(words, place.run, variables)


def _questions(platform: Platform) -> tuple[Question, ...]:
    secret = {"Authorization": f"token {platform.credentials.proxy}"}
    return (
        Question(f"{platform.inner_url('proxy')}/api/routes", "its API does not answer", secret),
        Question(f"{platform.url}/_chp_healthz", f"it does not answer on port {platform.port}"),
    )


PROXY = Part(
    name="proxy",
    ports=("proxy",),
    prepare=_prepare,
    command=_command,
    questions=_questions,
    routes_are_lost=True,
)
