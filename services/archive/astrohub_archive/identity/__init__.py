"""Who is asking, and what the token allows."""

from .credentials import token_in
from .hub import Identity
from .permissions import READ_ARCHIVE, WRITE_ARCHIVE, require_scope, require_user

__all__ = ["READ_ARCHIVE", "WRITE_ARCHIVE", "Identity", "require_scope", "require_user", "token_in"]
