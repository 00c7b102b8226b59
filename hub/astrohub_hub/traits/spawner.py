"""How a user server is started and watched on this machine."""

from __future__ import annotations

from traitlets.config import Config

from ..settings import Settings
from ..spawner import AccountProcessSpawner

__all__ = ["SERVER_ARGUMENTS", "apply", "apply_to_servers"]

# A server does not run npm at its start to look for language servers. A terminal is no log-in shell, since
# /etc/profile would take the Lab environment out of PATH again.
SERVER_ARGUMENTS: tuple[str, ...] = (
    "--LanguageServerManager.autodetect=False",
    "--ServerApp.terminado_settings={'shell_command': ['/bin/bash']}",
)


def apply(c: Config, settings: Settings) -> None:
    """Set the spawner, what it runs, and its time limits."""
    c.JupyterHub.spawner_class = AccountProcessSpawner
    c.JupyterHub.allow_named_servers = False
    c.JupyterHub.cleanup_servers = settings.servers.stop_with_hub
    c.JupyterHub.cleanup_proxy = False
    c.AccountProcessSpawner.settings = settings
    apply_to_servers(c.Spawner, settings)
    c.LocalProcessSpawner.interrupt_timeout = 10
    c.LocalProcessSpawner.term_timeout = 5


def apply_to_servers(spawner: Config, settings: Settings) -> None:
    """Set what every user server runs and its time limits, under the name of one kind of spawner."""
    spawner.cmd = [str(settings.lab_environment / "bin" / "jupyterhub-singleuser")]
    spawner.args = list(SERVER_ARGUMENTS)
    spawner.notebook_dir = "~"
    spawner.default_url = settings.servers.default_url
    spawner.start_timeout = settings.servers.start_timeout_s
    spawner.http_timeout = settings.servers.start_timeout_s
    spawner.poll_interval = settings.servers.poll_s
