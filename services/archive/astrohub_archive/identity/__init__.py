"""Who is asking, and what the token allows."""

from .credentials import token_in
from .hub import Identity
from .permissions import READ_ARCHIVE, require_scope

__all__ = ["READ_ARCHIVE", "Identity", "require_scope", "token_in"]
