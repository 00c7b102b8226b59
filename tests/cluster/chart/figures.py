"""What the hub of a site says in figures, and how it is made to look at once."""

from __future__ import annotations

import base64

import requests

from .site import Site

__all__ = ["ask_for_a_look", "figures"]


def figures(site: Site) -> str:
    """Return what Prometheus would read from the hub."""
    answer = requests.get(f"{site.url()}/hub/metrics", headers=_token(site, "monitor"), timeout=60)
    assert answer.ok, answer.text
    return answer.text


def ask_for_a_look(site: Site) -> None:
    """Have the hub check routes and pods now instead of within a minute."""
    address = f"{site.url()}/hub/api/proxy"
    assert requests.post(address, headers=_token(site, "launcher"), timeout=60).ok


def _token(site: Site, service: str) -> dict[str, str]:
    secret = site.get("secret", "astrohub-secrets")["data"][f"{service}-token"]
    return {"Authorization": f"Bearer {base64.b64decode(secret).decode()}"}
