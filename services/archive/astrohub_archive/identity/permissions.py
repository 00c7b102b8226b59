"""What a token allows: the hub's scopes, and what the archive asks for."""

from __future__ import annotations

from ..errors import CredentialsRequired, Forbidden
from ..models import Principal

__all__ = [
    "ACCESS_ARCHIVE",
    "READ_ARCHIVE",
    "READ_FILES",
    "WRITE_ARCHIVE",
    "WRITE_FILES",
    "has_scope",
    "require_scope",
    "require_user",
]

ACCESS_ARCHIVE = "access:services!service=archive"
READ_ARCHIVE = "custom:archive:read"
WRITE_ARCHIVE = "custom:archive:write"
READ_FILES = "custom:files:read"
WRITE_FILES = "custom:files:write"


def has_scope(principal: Principal, scope: str) -> bool:
    """Say whether a token's scopes hold `scope`, or a wider one, in the hub's own reading of scopes."""
    if scope in principal.scopes:
        return True
    from jupyterhub.services.auth import check_scopes

    return bool(check_scopes(scope, set(principal.scopes)))


def require_scope(principal: Principal, scope: str) -> None:
    """Let anonymous callers and tokens with the scope pass; what the anonymous may see is decided elsewhere.

    Raises
    ------
    Forbidden
        When somebody was identified whose token does not hold `scope`.
    """
    if not principal.is_anonymous and not has_scope(principal, scope):
        raise Forbidden(f"The token does not allow this; it needs the scope {scope}.")


def require_user(principal: Principal, scope: str) -> str:
    """Return the name of a caller whose token holds `scope`.

    Raises
    ------
    CredentialsRequired
        When nobody was identified.
    Forbidden
        When the token does not hold `scope`.
    """
    if principal.name is None:
        raise CredentialsRequired("This is for users of the hub; send a token.")
    require_scope(principal, scope)
    return principal.name
