"""What handlers read of a request: its parameters, who sends it, and under which address it came."""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from urllib.parse import parse_qsl

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException
from starlette.requests import Request

from ..errors import UsageError
from ..identity import Identity, token_in
from ..ivoa.parameters import Parameters
from ..models import Principal

__all__ = ["Addresses", "address_of", "identify", "read_parameters"]

_MOST_FIELDS = 1000
_IPV6_SHARE = 64


class Addresses:
    """Under which base the service is known: publicly, from inside the site, and at its own port.

    Parameters
    ----------
    public
        Public base of the site.
    others
        Further bases that a client may have used.
    prefix
        Path under which the service stands.
    """

    def __init__(self, public: str, others: tuple[str, ...], prefix: str) -> None:
        self._public = public.rstrip("/")
        self._by_host = {base.rstrip("/").partition("://")[2]: base.rstrip("/") for base in (*others, public)}
        self._prefix = prefix

    def base(self, request: Request) -> str:
        """Return the service's address as this client can reach it; an unknown Host is not believed."""
        return self._by_host.get(request.headers.get("host", ""), self._public) + self._prefix


def address_of(request: Request) -> str:
    """Return from where a request comes: an address, or of IPv6 the network in which one caller has all."""
    client = request.client
    return _network_of(client.host) if client else ""


@lru_cache(maxsize=1024)
def _network_of(host: str) -> str:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.version == 6:
        return str(ipaddress.ip_network((int(address), _IPV6_SHARE), strict=False))
    return str(address)


async def identify(request: Request, identity: Identity) -> Principal:
    """Say who sends a request.

    Raises
    ------
    InvalidToken, Forbidden, HubUnavailable
        As `Identity.principal_of` does.
    """
    principal = await identity.principal_of(token_in(request.headers))
    if principal.name is not None:
        request.state.user = principal.name
    return principal


async def read_parameters(request: Request) -> Parameters:
    """Return the parameters of a request's address and form (form-encoded or multipart).

    Raises
    ------
    UsageError
        When the form cannot be read.
    """
    pairs = list(request.query_params.multi_items())
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if request.method != "POST" or not kind:
        return Parameters(pairs)
    if kind == "application/x-www-form-urlencoded":
        pairs += _form_pairs(await request.body())
    elif kind == "multipart/form-data":
        pairs += await _multipart_pairs(request)
    else:
        raise UsageError(
            "Parameters are accepted as application/x-www-form-urlencoded or multipart/form-data."
        )
    return Parameters(pairs)


def _form_pairs(body: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(
            body.decode("utf-8"), keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict"
        )
    except ValueError as e:
        raise UsageError("The form of the request is damaged; send UTF-8 text, form-encoded.") from e


async def _multipart_pairs(request: Request) -> list[tuple[str, str]]:
    try:
        async with request.form(max_files=20, max_fields=_MOST_FIELDS, max_part_size=10 * 1024**2) as form:
            return [
                (name, f"param:{value.filename}" if isinstance(value, UploadFile) else value)
                for name, value in form.multi_items()
            ]
    except MultiPartException as e:
        raise UsageError(f"The form of the request is damaged: {e.message}") from e
