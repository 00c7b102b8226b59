"""Which routes the hub gives a proxy of its own accord, with and without a name for each user."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from astrohub_hub.proxy_watch import OURS
from astrohub_hub.reconciler import MatchingProxy
from astrohub_hub.settings import Settings
from astrohub_hub.traits.services import service_list
from traitlets.config import Config

ARCHIVE = SimpleNamespace(base_url="/services/archive/", host="http://archive:8090")
OF_THE_SITE = SimpleNamespace(base_url="/services/wiki/", host="http://wiki:80")
SERVICES = {
    "archive": SimpleNamespace(server=ARCHIVE),
    "notebooks": SimpleNamespace(server=None),
    "wiki": SimpleNamespace(server=OF_THE_SITE),
}


def _proxy(content: dict[str, Any], subdomain_host: str) -> MatchingProxy:
    config = Config()
    config.ClusterSpawner.settings = Settings.model_validate(content | {"internalUrl": "http://proxy-public"})
    app = SimpleNamespace(
        subdomain_host=subdomain_host,
        domain="hub.test",
        hub=SimpleNamespace(base_url="/hub/"),
        config=config,
    )
    return MatchingProxy(app=app)


@pytest.mark.parametrize(
    ("subdomain_host", "mark", "ways"),
    [
        ("", "/hub/routes-are-known/", set()),
        (
            "http://hub.test",
            "hub.test/hub/routes-are-known/",
            {"hub.test/services/archive/", "proxy-public/services/archive/"},
        ),
    ],
    ids=["one name", "a name each"],
)
def test_our_services_alone_are_reached_under_the_hubs_names(
    content: dict[str, Any], subdomain_host: str, mark: str, ways: set[str]
) -> None:
    proxy = _proxy(content, subdomain_host)
    assert proxy.mark == mark
    assert proxy._ways_to_services(SERVICES) == dict.fromkeys(ways, "http://archive:8090")


def test_every_service_of_ours_with_an_address_is_reached(content: dict[str, Any]) -> None:
    found = service_list(Settings.model_validate(content))
    assert {service["name"] for service in found if "url" in service} <= OURS
