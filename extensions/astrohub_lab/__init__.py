"""The server part of astrohub's JupyterLab extension, as Jupyter asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp

__all__ = [
    "_jupyter_labextension_paths",
    "_jupyter_server_extension_points",
    "_load_jupyter_server_extension",
]


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    """Say where the page's part lies and under what name it is installed."""
    return [{"src": "labextension", "dest": "@astrohub/lab"}]


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    """Say which module is the server extension."""
    return [{"module": "astrohub_lab"}]


def _load_jupyter_server_extension(server: ServerApp) -> None:
    """Mount the routes; what they need is imported in servers only, not in kernels, which import us too."""
    from .extension import load_jupyter_server_extension

    load_jupyter_server_extension(server)
