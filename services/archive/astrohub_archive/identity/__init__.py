"""Who is asking, and what the token allows."""

from .credentials import token_in
from .hub import Identity
from .permissions import (
    READ_ARCHIVE,
    READ_FILES,
    WRITE_ARCHIVE,
    WRITE_FILES,
    require_scope,
    require_user,
)

__all__ = [
    "READ_ARCHIVE",
    "READ_FILES",
    "WRITE_ARCHIVE",
    "WRITE_FILES",
    "Identity",
    "require_scope",
    "require_user",
    "token_in",
]
