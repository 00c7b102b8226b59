"""The token of a request: found in its headers, nowhere else."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

from ..errors import InvalidToken

__all__ = ["token_in"]

_DATALAB_SUFFIX = "_access"
_LONGEST_TOKEN = 4096


def token_in(headers: Mapping[str, str]) -> str | None:
    """Return the token that a request carries, or None for an anonymous request.

    `Authorization: Bearer` (also the hub's own word `token`), Basic with the token as password and any
    user name, and `X-DL-AuthToken` are read; cookies and the address are not.

    Parameters
    ----------
    headers
        Headers with names in lower case, or a mapping that does not mind the case.

    Raises
    ------
    InvalidToken
        When credentials are there but hold no token.
    """
    authorization = headers.get("authorization", "").strip()
    if authorization:
        return _checked(_from_authorization(authorization))
    datalab = headers.get("x-dl-authtoken", "").strip()
    if datalab:
        return _from_datalab(datalab)
    return None


def _from_authorization(value: str) -> str:
    scheme, _, rest = value.partition(" ")
    if scheme.lower() in ("bearer", "token"):
        return rest.strip()
    if scheme.lower() == "basic":
        return _password(rest.strip())
    raise InvalidToken("Credentials are accepted as a bearer token, or as Basic with the token as password.")


def _password(encoded: str) -> str:
    try:
        decoded = base64.b64decode(encoded, validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError) as e:
        raise InvalidToken(
            "The Basic credentials are damaged; send any user name and the token as password."
        ) from e
    return decoded.partition(":")[2].strip()


def _from_datalab(value: str) -> str | None:
    """Take the hub's token out of `user.uid.gid.<token>_access`; a plain token is taken as it is."""
    parts = value.split(".", 3)
    if len(parts) < 4 or not value.endswith(_DATALAB_SUFFIX):
        return _checked(value)
    if parts[0] == "anonymous":
        return None
    return _checked(parts[3].removesuffix(_DATALAB_SUFFIX))


def _checked(token: str) -> str:
    if not token or len(token) > _LONGEST_TOKEN or not token.isprintable() or not token.isascii():
        raise InvalidToken(
            "The credentials hold no token; get one from the hub and send it as a bearer token."
        )
    return token
