"""What JupyterLab's page may know: no token. The page's requests are identified by cookie and XSRF token."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jupyter_server.serverapp import ServerApp

__all__ = ["keep_tokens_out"]

Hook = Callable[[Any, dict[str, Any]], dict[str, Any]]
_SETTING = "page_config_hook"


def keep_tokens_out(server: ServerApp) -> None:
    """Take the token out of the page's configuration.

    JupyterHub's single-user extension puts the user's own token there, by which whoever reads the page can
    run code as that user. It hands its hook over after other extensions have been loaded, or before: both
    are met.

    Parameters
    ----------
    server
        The server that is starting; one that is not behind a hub is left as it is.
    """
    provider = server.identity_provider
    hook: Hook | None = getattr(provider, _SETTING, None)
    if hook is None:
        return
    guarded = _without_token(hook)
    setattr(provider, _SETTING, guarded)
    if _SETTING in server.web_app.settings:
        server.web_app.settings[_SETTING] = guarded


def _without_token(hook: Hook) -> Hook:
    def guarded(handler: Any, page_config: dict[str, Any]) -> dict[str, Any]:
        return {**hook(handler, page_config), "token": ""}

    return guarded
