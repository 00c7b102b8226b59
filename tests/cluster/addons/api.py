"""Speaks to the API server, as its administrator."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import requests

from ..node.kubeconfigs import API_SERVER

__all__ = ["Api", "Object"]

#: An object of Kubernetes as JSON.
Object = dict[str, Any]
_CONFLICT = 409
_NOT_FOUND = 404
_WATCH_S = 300


class Api:
    """Reads, writes and watches objects.

    Parameters
    ----------
    certificates
        Folder with the certificates of `admin` and of the authority.
    """

    def __init__(self, certificates: Path) -> None:
        self._certificates = certificates
        self._session = self._new_session()

    def get(self, path: str) -> Object:
        """Return an object, or a list."""
        answer = self._session.get(API_SERVER + path, timeout=30)
        answer.raise_for_status()
        found: Object = answer.json()
        return found

    def create(self, path: str, body: Object) -> None:
        """Create an object, unless it is there."""
        answer = self._session.post(API_SERVER + path, json=body, timeout=30)
        if answer.status_code != _CONFLICT:
            answer.raise_for_status()

    def delete(self, path: str) -> None:
        """Delete an object, unless it is gone."""
        answer = self._session.delete(API_SERVER + path, timeout=30)
        if answer.status_code != _NOT_FOUND:
            answer.raise_for_status()

    def watch(self, path: str, version: str) -> Iterator[tuple[str, Object]]:
        """Yield what happens after a version of a list, and to what, until the server has enough."""
        asked = {"watch": "1", "resourceVersion": version, "timeoutSeconds": str(_WATCH_S)}
        with (
            self._new_session() as session,
            session.get(API_SERVER + path, params=asked, stream=True, timeout=_WATCH_S + 30) as answer,
        ):
            answer.raise_for_status()
            for line in answer.iter_lines(chunk_size=None):
                event = json.loads(line)
                yield event["type"], event["object"]

    def _new_session(self) -> requests.Session:
        session = requests.Session()
        session.trust_env = False
        session.cert = (str(self._certificates / "admin.crt"), str(self._certificates / "admin.key"))
        session.verify = str(self._certificates / "ca.crt")
        return session
