"""Names: what a user's table may be called, and the folder in which a user's tables lie."""

from __future__ import annotations

import hashlib
import re

from ..catalog.reserved import RESERVED
from ..errors import UsageError
from ..ivoa.parameters import shortened
from ..reader import MYDB

__all__ = ["LONGEST_NAME", "checked_name", "user_folder"]

LONGEST_NAME = 64
_NAME = re.compile(rf"[A-Za-z][A-Za-z0-9_]{{0,{LONGEST_NAME - 1}}}")
_PLAIN_USER = re.compile(r"[a-z0-9][a-z0-9_]{0,31}")


def checked_name(name: str) -> str:
    """Return a table's name as a query writes it after `mydb.`, which may stand before it here.

    Raises
    ------
    UsageError
        When it could not be written in a query without quotes.
    """
    bare = name[len(MYDB) + 1 :] if name.lower().startswith(f"{MYDB}.") else name
    if not _NAME.fullmatch(bare):
        raise UsageError(
            f"A table cannot be called {shortened(bare)!r}: a name begins with a letter and holds "
            f"letters, digits and _, {LONGEST_NAME} at most."
        )
    if bare.lower() in RESERVED:
        raise UsageError(f"A table cannot be called {bare}: it is a word of ADQL; add something to it.")
    return bare


def user_folder(user: str) -> str:
    """Return the name of a user's folder: the user's name where it is plain, else part of it and a digest.

    A name with a digest holds `-`, a plain one does not: two users never share a folder.
    """
    if _PLAIN_USER.fullmatch(user):
        return user
    readable = re.sub(r"[^a-z0-9_]+", "_", user.lower()).strip("_")[:32]
    return f"{readable or 'user'}-{hashlib.sha256(user.encode('utf-8')).hexdigest()[:16]}"
