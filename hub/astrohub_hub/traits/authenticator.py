"""Who may log in: those in the accounts file, and nobody else."""

from __future__ import annotations

from traitlets.config import Config

from ..accounts import AccountsError, read_accounts
from ..authenticator import AccountsFileAuthenticator
from ..places import accounts_file
from ..settings import Settings, SettingsError

__all__ = ["apply"]


def apply(c: Config, settings: Settings) -> None:
    """Set the authenticator and the names that exist from the start.

    Raises
    ------
    SettingsError
        When the accounts file is there and cannot be understood.
    """
    file = accounts_file(settings)
    try:
        names = set(read_accounts(file))
    except AccountsError as e:
        raise SettingsError(str(e)) from e
    c.JupyterHub.authenticator_class = AccountsFileAuthenticator
    c.Authenticator.allow_all = False
    c.Authenticator.allow_existing_users = False
    c.Authenticator.any_allow_config = True
    c.Authenticator.allowed_users = names  # known from the start: a token can be made before the first log-in
    c.Authenticator.auth_refresh_age = settings.accounts.refresh_s
    c.Authenticator.auth_refresh_strict = True
    c.Authenticator.refresh_pre_spawn = True
    c.AccountsFileAuthenticator.accounts_file = str(file)
    c.AccountsFileAuthenticator.failures = settings.accounts.failures
    c.AccountsFileAuthenticator.failures_per_name = settings.accounts.failures_per_name
    c.AccountsFileAuthenticator.failures_per_address = settings.accounts.failures_per_address
    c.AccountsFileAuthenticator.failures_s = settings.accounts.failures_s
