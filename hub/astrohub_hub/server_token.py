"""The token a user server is given: made by the hub, written to a file, revoked when the server stops."""

from __future__ import annotations

from typing import Any

from jupyterhub import orm

from . import folders, places
from .scopes import USER_SCOPES
from .settings import Settings

__all__ = ["ServerToken", "TokenOfAnother", "is_token_of", "token_note"]


class TokenOfAnother(Exception):
    """A token that a server holds is known as somebody else's."""


def token_note(server: str) -> str:
    """The note by which users recognise the token in their list of tokens."""
    return f"server {server}" if server else "server"


def is_token_of(user: Any, token: str) -> bool:
    """Say whether the hub knows a token as this user's.

    Raises
    ------
    TokenOfAnother
        When it knows it as somebody else's.
    """
    found = orm.APIToken.find(user.db, token)
    if found is not None and found.user is not user.orm_user:
        raise TokenOfAnother
    return found is not None


class ServerToken:
    """Gives each server a token of its own, and takes it back.

    Parameters
    ----------
    settings
        The hub's settings.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def give(self, spawner: Any) -> None:
        """Make a new token, revoke the one of an earlier start, and write the file."""
        user, server = spawner.user, spawner.name
        self._make_folders(user.name, server)
        token = self.make(spawner)
        folders.write_secret(
            places.token_file(self._settings, user.name, server), token + "\n", self._settings.account
        )

    def make(self, spawner: Any) -> str:
        """Make a new token and revoke the one of an earlier start."""
        self.revoke(spawner)
        token: str = spawner.user.new_api_token(
            note=token_note(spawner.name),
            scopes=list(USER_SCOPES),
            expires_in=self._settings.sessions.server_token_days * 86_400,
        )
        return token

    def keep(self, spawner: Any, token: str, age_s: float) -> None:
        """Let a token that a running server holds be worth what it was when the server started.

        Parameters
        ----------
        spawner
            Whose server it is.
        token
            The token, as the server holds it.
        age_s
            Seconds since the server started.

        Raises
        ------
        TokenOfAnother
            When it is somebody else's.
        """
        if is_token_of(spawner.user, token):
            return
        self.revoke(spawner)
        left_s = self._settings.sessions.server_token_days * 86_400 - age_s
        if left_s >= 1:
            spawner.user.new_api_token(
                token, note=token_note(spawner.name), scopes=list(USER_SCOPES), expires_in=left_s
            )

    def take_back(self, spawner: Any) -> None:
        """Revoke the token and remove the file."""
        self.revoke(spawner)
        folders.remove_file(places.token_file(self._settings, spawner.user.name, spawner.name))

    def _make_folders(self, user: str, server: str) -> None:
        account = self._settings.account
        folder = places.server_folder(self._settings, user, server)
        for part in (folder.parent.parent, folder.parent, folder):
            folders.passage(part, account)
        folders.own_folder(places.runtime_folder(self._settings, user, server), account)

    @staticmethod
    def revoke(spawner: Any) -> None:
        """Make the server's token worthless."""
        user, note = spawner.user, token_note(spawner.name)
        for token in list(user.orm_user.api_tokens):
            if token.note == note:
                user.db.delete(token)
        user.db.commit()
