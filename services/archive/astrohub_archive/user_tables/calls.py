"""What every handler of the user-table API begins with: who asks, and the parameters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from ..errors import Forbidden
from ..identity import READ_ARCHIVE, WRITE_ARCHIVE, require_user
from ..models import Principal
from ..mydb.names import checked_name
from ..reader import MYDB
from ..web.requests import identify
from .service import UserTables

__all__ = ["Calling", "UserTablesCall"]


@dataclass(frozen=True)
class UserTablesCall:
    """One request, identified."""

    request: Request
    tables: UserTables
    principal: Principal

    def reader(self) -> str:
        """Return the name of a caller who may read."""
        return require_user(self.principal, READ_ARCHIVE)

    def writer(self) -> str:
        """Return the name of a caller who may write."""
        return require_user(self.principal, WRITE_ARCHIVE)

    def own_name(self, name: str) -> str:
        """Return the name of a table of the caller's, without its schema.

        Raises
        ------
        Forbidden
            When it is of another schema, be there such a table or not.
        UsageError
            When no table can be called so.
        """
        schema, dot, _ = name.partition(".")
        if dot and schema.lower() != MYDB:
            raise Forbidden(f"Only tables of your own can be changed; their names begin with {MYDB}.")
        return checked_name(name)

    @property
    def jobs_url(self) -> str:
        """Return the address of the jobs as this client reaches it."""
        return f"{self.tables.addresses.base(self.request)}/tap/table-update"


async def _call(request: Request) -> UserTablesCall:
    tables: UserTables = request.app.state.user_tables
    return UserTablesCall(request, tables, await identify(request, tables.mydb.identity))


Calling = Annotated[UserTablesCall, Depends(_call)]
