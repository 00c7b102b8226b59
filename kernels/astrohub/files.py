"""The files that the archive keeps: `astrohub.files.list()`, `get`, `put`, `remove`.

A path is one in your home: `results/stars.csv`. With a slash in front it begins at the root, where there is
also what is public: `/public/survey_dr1`.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from .client import Client
from .errors import IncompleteResult, NotReachable, RequestRefused

if TYPE_CHECKING:
    import requests

    from .connection import Connection

__all__ = ["Entry", "get", "list", "put", "remove"]

_AT_ONCE = 1024**2


@dataclass(frozen=True)
class Entry:
    """A file, a folder or a link, as a folder lists it.

    Parameters
    ----------
    path
        From the root, with a slash in front: it can be given to the functions here.
    kind
        `file`, `folder` or `link`.
    size
        Bytes of a file.
    modified
        When its content last changed, in UTC.
    writable
        Whether you may change it.
    """

    path: str
    kind: str
    size: int
    modified: datetime
    writable: bool

    @property
    def name(self) -> str:
        """Return the last part of the path."""
        return PurePosixPath(self.path).name


def list(path: str = "", *, client: Client | None = None) -> tuple[Entry, ...]:  # noqa: A001 -- the word for it
    """Return what a folder holds, by name.

    Parameters
    ----------
    path
        The folder; your home, if not given.
    client
        Which archive; what the environment says, if not given.

    Raises
    ------
    RequestRefused
        When there is no such folder.
    """
    connection = (client or Client()).connection()
    where = _whole(connection, path)
    return tuple(_entry(where, told) for told in _told(connection, where))


def get(
    path: str,
    to: str | Path | None = None,
    *,
    replace: bool = False,
    client: Client | None = None,
) -> Path:
    """Bring a file here and return where it is; it appears when it is whole.

    Parameters
    ----------
    path
        The file.
    to
        A file or a folder of this computer; a file of the same name in the current folder, if not given.
    replace
        Whether a file that is here already may be replaced.
    client
        Which archive; what the environment says, if not given.

    Raises
    ------
    RequestRefused
        When there is no such file, or one here already.
    IncompleteResult
        When the file broke off on its way; nothing is left here.
    """
    target = Path(to or ".")
    if target.is_dir():
        target /= PurePosixPath(path).name
    if target.exists() and not replace:
        raise RequestRefused(f"{target} is here already; give another name, or say that it may be replaced.")
    connection = (client or Client()).connection()
    draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    with connection.file("GET", _whole(connection, path)) as answer:
        if not _is_file(answer):
            raise RequestRefused(f"{path} is a folder; files are got one by one.")
        try:
            _save(answer, draft)
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)
    return target


def put(
    file: str | Path,
    path: str = "",
    *,
    replace: bool = False,
    client: Client | None = None,
) -> str:
    """Send a file to the archive and return its path there; it appears when it is whole.

    Parameters
    ----------
    file
        A file of this computer.
    path
        Its path there; with a slash at the end the folder to put it in. Your home, if not given.
    replace
        Whether a file that is there already may be replaced.
    client
        Which archive; what the environment says, if not given.

    Raises
    ------
    RequestRefused
        When there is one already, no such folder, or no room.
    """
    connection = (client or Client()).connection()
    name = Path(file).name
    try:
        content = open(file, "rb")  # noqa: SIM115 -- closed below
    except OSError as e:
        raise RequestRefused(f"{file} cannot be read: {e.strerror}.") from None
    with content:
        where = _whole(connection, path + name if path.endswith("/") else path or name)
        headers = {} if replace else {"If-None-Match": "*"}
        connection.file("PUT", where, headers=headers, data=content).close()
    return f"/{where}"


def remove(path: str, *, recursive: bool = False, client: Client | None = None) -> None:
    """Delete a file or a folder of the archive; it is kept for a day, in case it was a mistake.

    Parameters
    ----------
    path
        What to delete.
    recursive
        Whether a folder is deleted with all that is in it.
    client
        Which archive; what the environment says, if not given.

    Raises
    ------
    RequestRefused
        When it is not there, or a folder that is not empty.
    """
    connection = (client or Client()).connection()
    options = {"recursive": "true"} if recursive else {}
    connection.file("DELETE", _whole(connection, path), params=options).close()


def _whole(connection: Connection, path: str) -> str:
    """Return a path from the root, without a slash in front."""
    if path.startswith("/"):
        return path.strip("/")
    home = next(_told(connection, "home"), None)
    if home is None:
        raise NotReachable("The archive keeps no home for you.")
    return f"home/{home['name']}/{path}".rstrip("/")


def _told(connection: Connection, path: str) -> Iterator[Mapping[str, Any]]:
    """Yield what the archive tells of the entries of a folder, page by page."""
    after: str | None = None
    while True:
        with connection.file("GET", path, params={"after": after} if after else {}) as answer:
            if _is_file(answer):
                raise RequestRefused(f"/{path} is a file, not a folder.")
            try:
                page = answer.json()
                entries, after = page["entries"], page["next"]
            except (ValueError, KeyError, TypeError):
                raise NotReachable(
                    "The answer is not that of astrohub's archive. Is the address right?"
                ) from None
        yield from entries
        if after is None:
            return


def _is_file(answer: requests.Response) -> bool:
    return answer.headers.get("Content-Disposition", "").startswith("attachment")


def _entry(folder: str, told: Mapping[str, Any]) -> Entry:
    inner = f"{folder}/{told['name']}" if folder else str(told["name"])
    modified = datetime.fromisoformat(told["modified"])
    return Entry(f"/{inner}", told["kind"], told["size"], modified, told["writable"])


def _save(answer: requests.Response, draft: Path) -> None:
    import requests

    with open(draft, "xb") as out:
        try:
            for piece in answer.iter_content(_AT_ONCE):
                out.write(piece)
        except requests.RequestException:
            raise IncompleteResult(
                "The file broke off on its way. Nothing is left here; try again."
            ) from None
