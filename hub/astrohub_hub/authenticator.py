"""Log-in with a name and a password against the accounts file."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from jupyterhub.auth import Authenticator
from tornado.web import HTTPError, RequestHandler
from traitlets import Integer, Unicode

from .accounts import Account, AccountsError, read_accounts, verify
from .throttle import Throttle

__all__ = ["USERNAME_PATTERN", "AccountsFileAuthenticator"]

USERNAME_PATTERN = r"[a-z0-9_][a-z0-9._-]{0,62}\Z"
CONCURRENT_HASHES = 2
# Who comes behind so many others would wait for seconds and make the others wait longer.
MOST_WAITING = 100


class AccountsFileAuthenticator(Authenticator):  # type: ignore[misc]
    """Lets in whom the accounts file names, as long as it names them."""

    accounts_file = Unicode(help="The accounts file.").tag(config=True)
    failures = Integer(5, help="Failed log-ins to one name from one address.").tag(config=True)
    failures_per_name = Integer(50, help="Failed log-ins to one name.").tag(config=True)
    failures_per_address = Integer(200, help="Failed log-ins from one address.").tag(config=True)
    failures_s = Integer(60, help="Seconds after which a failed log-in is forgotten.").tag(config=True)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not self.username_regex:
            self.username_pattern = USERNAME_PATTERN
        self._hashing = asyncio.Semaphore(CONCURRENT_HASHES)
        self._waiting = 0
        self._by_origin = Throttle(self.failures, self.failures_s)
        self._by_name = Throttle(self.failures_per_name, self.failures_s)
        self._by_address = Throttle(self.failures_per_address, self.failures_s)

    async def authenticate(self, handler: RequestHandler, data: dict[str, Any] | None) -> dict[str, Any]:
        """Check name and password; the account's administrator flag is authoritative."""
        name, password = _credentials(data)
        name = self.normalize_username(name)
        origin = (name, handler.request.remote_ip)
        account = await self._verify(origin, password)
        if account is None or not self.validate_username(name):
            self._by_origin.failed(origin)
            self._by_name.failed(name)
            self._by_address.failed(origin[1])
            raise HTTPError(403, "Name and password do not belong together. Check both and try again.")
        self._by_origin.forget(origin)
        return {"name": name, "admin": account.admin}

    async def refresh_user(self, user: Any, handler: RequestHandler | None = None) -> bool | dict[str, Any]:
        """Tell whether the user still has an account; nobody has one while the file cannot be read."""
        try:
            account = read_accounts(Path(self.accounts_file)).get(user.name)
        except AccountsError as e:
            self.log.error("%s Nobody can be let in until it is mended.", e)
            return False
        if account is None:
            # JupyterHub 6.1 reads this of every request, and sets it only on those with a token.
            if handler is not None and not hasattr(handler, "_token_authenticated"):
                handler._token_authenticated = False  # type: ignore[attr-defined]
            return False
        return True if user.admin == account.admin else {"name": user.name, "admin": account.admin}

    def check_allowed(self, username: str, authentication: dict[str, Any] | None = None) -> bool:
        """Allow exactly those whom the file names."""
        try:
            return username in read_accounts(Path(self.accounts_file))
        except AccountsError as e:
            self.log.error("%s Nobody can log in until it is mended.", e)
            return False

    def _refuse_haste(self, origin: tuple[str, str | None]) -> None:
        name, address = origin
        wait_s = max(
            self._by_origin.wait_s(origin), self._by_name.wait_s(name), self._by_address.wait_s(address)
        )
        if wait_s:
            raise _later(429, f"Too many failed log-ins. Wait {wait_s} seconds and try again.", wait_s)

    async def _verify(self, origin: tuple[str, str | None], password: str) -> Account | None:
        self._refuse_haste(origin)
        if self._waiting >= MOST_WAITING:
            raise _later(503, "Too many people log in at this moment. Try again in a few seconds.", 5)
        try:
            accounts = read_accounts(Path(self.accounts_file))
        except AccountsError as e:
            self.log.error("%s Nobody can log in until it is mended.", e)
            raise HTTPError(503, "Nobody can log in now: tell the operator to look at the hub's log.") from e
        self._waiting += 1
        try:
            async with self._hashing:
                self._refuse_haste(origin)  # of those who came all at once, only the first few are tried
                return await asyncio.to_thread(verify, accounts, origin[0], password)
        finally:
            self._waiting -= 1


def _later(status: int, sentence: str, wait_s: int) -> HTTPError:
    error = HTTPError(status, sentence)
    error.headers = {"Retry-After": str(wait_s)}  # type: ignore[attr-defined]  # read by JupyterHub
    return error


def _credentials(data: Any) -> tuple[str, str]:
    """Take name and password from a form, or from whatever else was sent."""
    if not isinstance(data, dict):
        return "", ""
    name, password = data.get("username", ""), data.get("password", "")
    return (name, password) if isinstance(name, str) and isinstance(password, str) else ("", "")
