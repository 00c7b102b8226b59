"""The hub's database and the secret that signs its cookies."""

from __future__ import annotations

from traitlets.config import Config

from ..settings import Settings

__all__ = ["apply"]


def apply(c: Config, settings: Settings) -> None:
    """Set where the hub keeps its state; an older database is brought up to date, with a copy kept."""
    own = settings.hub.database_url
    folder = settings.data / "hub"
    c.JupyterHub.db_url = own.get_secret_value() if own else f"sqlite:///{folder / 'jupyterhub.sqlite'}"
    c.JupyterHub.upgrade_db = True
    c.JupyterHub.cookie_secret_file = str(folder / "cookie_secret")
