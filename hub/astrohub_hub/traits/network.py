"""Addresses of the hub and of the proxy, which is started by somebody else."""

from __future__ import annotations

from traitlets.config import Config

from ..proxy_watch import WatchedProxy
from ..settings import Settings

__all__ = ["apply"]


def apply(c: Config, settings: Settings) -> None:
    """Set where hub and proxy listen and how the hub reaches the proxy."""
    bind = settings.public_bind
    c.JupyterHub.bind_url = f"http://{bind.host}:{bind.port}{settings.base_path}"
    c.JupyterHub.hub_bind_url = f"http://{settings.hub.host}:{settings.hub.port}"
    c.JupyterHub.proxy_class = WatchedProxy
    c.ConfigurableHTTPProxy.should_start = False
    c.ConfigurableHTTPProxy.api_url = settings.proxy.api_url
    c.ConfigurableHTTPProxy.auth_token = settings.proxy.auth_token.get_secret_value()
    if settings.public_url.startswith("https://"):
        # Behind a gateway that ends TLS the hub cannot see the scheme. Over plain HTTP the address stays
        # unsaid, so that the same hub also works through a tunnel under another name or port.
        c.JupyterHub.public_url = settings.public_url + "/"
