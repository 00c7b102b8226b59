"""Mounting of the routes: the only place where the server part's collaborators are built."""

from __future__ import annotations

import os

from jupyter_server.serverapp import ServerApp
from jupyter_server.utils import url_path_join

from .archive import Archive
from .handlers import QueryHandler
from .page_config import keep_tokens_out
from .settings import Settings

__all__ = ["load_jupyter_server_extension"]


def load_jupyter_server_extension(server: ServerApp) -> None:
    """Add the routes under `astrohub/` to a Jupyter server.

    Parameters
    ----------
    server
        The server that is starting.
    """
    keep_tokens_out(server)
    archive = Archive(Settings.from_environment(os.environ))
    base = server.web_app.settings["base_url"]
    server.web_app.add_handlers(  # type: ignore[no-untyped-call]
        ".*$", [(url_path_join(base, "astrohub", "query"), QueryHandler, {"archive": archive})]
    )
