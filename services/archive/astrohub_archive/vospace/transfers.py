"""Transfers: where bytes are read and written, and nodes moved and copied (VOSpace 2.1, §6.4).

Addresses are told at once, so a job of a transfer holds nothing but the transfer itself: its identifier is
the transfer, written so that it fits into an address, and every process of the service can answer for it.
"""

from __future__ import annotations

import base64
import binascii
import json
from urllib.parse import quote

from ..errors import NotFound, UsageError
from ..identity import READ_FILES, WRITE_FILES, require_scope, require_user
from ..ivoa.capabilities import SECURITY_METHODS
from ..ivoa.parameters import Parameters, shortened
from ..models import Principal
from .documents import Transfer, transfer_document
from .files import Files
from .listings import Listings
from .uris import CORE, path_in

__all__ = ["Transfers", "job_of", "transfer_of", "transfer_of_parameters"]

PULL, PUSH = "pullFromVoSpace", "pushToVoSpace"
_VERBS = {PULL: "httpget", PUSH: "httpput"}


class Transfers:
    """Does what a transfer asks for.

    Parameters
    ----------
    listings, files
        The operations on files.
    """

    def __init__(self, listings: Listings, files: Files) -> None:
        self._listings = listings
        self._files = files

    async def begin(self, principal: Principal, transfer: Transfer) -> None:
        """Check a transfer of bytes; do one of nodes.

        Raises
        ------
        NotFound, Conflict, Forbidden, CredentialsRequired, UsageError
            When it cannot be done.
        """
        path = path_in(transfer.target)
        if transfer.direction == PULL:
            require_scope(principal, READ_FILES)
            await self._listings.node(principal, path)
        elif transfer.direction == PUSH:
            require_user(principal, WRITE_FILES)
        elif transfer.direction.startswith("vos:"):
            await self._change(principal, transfer, path)
        else:
            raise UsageError(
                f"The direction is {PULL}, {PUSH} or the vos: identifier to move or copy to, "
                f"not {shortened(transfer.direction)!r}."
            )

    def details(self, transfer: Transfer, files_url: str) -> bytes:
        """Return a transfer with the addresses of its bytes."""
        return transfer_document(transfer, self.endpoint(transfer, files_url), SECURITY_METHODS)

    def endpoint(self, transfer: Transfer, files_url: str) -> str:
        """Return the address of the bytes of a transfer."""
        return f"{files_url}/{quote(path_in(transfer.target))}"

    async def _change(self, principal: Principal, transfer: Transfer, path: str) -> None:
        change = self._files.copy if transfer.keep_bytes else self._files.move
        goal = path_in(transfer.direction)
        if await self._is_folder(principal, goal):  # into it, under the name that it has
            goal = f"{goal}/{path.rpartition('/')[2]}"
        await change(principal, path, goal, replace=False)

    async def _is_folder(self, principal: Principal, path: str) -> bool:
        try:
            return (await self._listings.node(principal, path)).kind == "folder"
        except NotFound:
            return False


def transfer_of_parameters(parameters: Parameters) -> Transfer:
    """Return the transfer that the parameters of a request ask for (VOSpace 2.1, §6.4.1)."""
    target, direction = parameters.one("TARGET"), parameters.one("DIRECTION")
    if target is None or direction is None:
        raise UsageError("A transfer needs TARGET and DIRECTION, or a document of type transfer.")
    return _offered(Transfer(target, direction, protocols=parameters.all("PROTOCOL")))


def job_of(transfer: Transfer) -> str:
    """Return the identifier of the job of a transfer."""
    offered = _offered(transfer)
    content = [offered.target, offered.direction, offered.keep_bytes, offered.protocols]
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def transfer_of(job: str) -> Transfer:
    """Return the transfer of a job.

    Raises
    ------
    NotFound
        When it is no job.
    """
    try:
        target, direction, keep, protocols = json.loads(base64.urlsafe_b64decode(job + "=" * (-len(job) % 4)))
        return Transfer(str(target), str(direction), bool(keep), tuple(map(str, protocols)))
    except (binascii.Error, ValueError, TypeError) as e:
        raise NotFound("There is no such transfer.") from e


def _offered(transfer: Transfer) -> Transfer:
    """Leave those protocols that are spoken here; when none was named, the one that fits."""
    verb = _VERBS.get(transfer.direction)
    if verb is None:
        return transfer
    known = (CORE + verb, f"{CORE}{verb.replace('http', 'https')}")
    wanted = tuple(uri for uri in transfer.protocols if uri in known)
    if transfer.protocols and not wanted:
        raise UsageError(f"None of the protocols is offered here; {CORE}{verb} is.")
    return Transfer(transfer.target, transfer.direction, transfer.keep_bytes, wanted or known[:1])
