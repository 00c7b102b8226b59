"""Mounting of the routes: the only place where the server part's collaborators are built."""

from __future__ import annotations

import os
from pathlib import Path

from jupyter_server.serverapp import ServerApp
from jupyter_server.utils import url_path_join

from .archive import Archive
from .handlers import QueryHandler
from .json_handlers import CopyHandler, MemoryHandler, NotebooksHandler, RanHandler, SaveHandler
from .notebooks import Collection
from .page_config import keep_tokens_out
from .passage import PREFIXES, PassageHandler
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
    settings = Settings.from_environment(os.environ)
    archive, collection = Archive(settings), Collection(settings.notebooks)
    home = Path(server.root_dir)
    base = url_path_join(server.web_app.settings["base_url"], "astrohub")
    passed_on = f"archive/((?:{'|'.join(PREFIXES)})(?:/.*)?)"
    routes = [
        (url_path_join(base, "query"), QueryHandler, {"archive": archive}),
        (url_path_join(base, "save"), SaveHandler, {"archive": archive}),
        (url_path_join(base, passed_on), PassageHandler, {"archive": archive}),
        (url_path_join(base, "memory"), MemoryHandler, {}),
        (url_path_join(base, "kernels", r"([\w-]+)", "ran"), RanHandler, {}),
        (url_path_join(base, "notebooks"), NotebooksHandler, {"collection": collection}),
        (url_path_join(base, "notebooks", "copy"), CopyHandler, {"collection": collection, "home": home}),
    ]
    server.web_app.add_handlers(".*$", routes)  # type: ignore[no-untyped-call]
