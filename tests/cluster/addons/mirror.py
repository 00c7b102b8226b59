"""Keeps a copy of all objects of a kind, and says when it changes."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable

import requests

from .api import Api, Object

__all__ = ["Mirror"]

_PAUSE_S = 0.5


class Mirror:
    """The objects behind one address of the API.

    Parameters
    ----------
    changed
        Called after each change, in the mirror's thread.
    """

    def __init__(self, api: Api, path: str, changed: Callable[[], None]) -> None:
        self._api, self._path, self._changed = api, path, changed
        self._objects: dict[str, Object] = {}
        self._lock = threading.Lock()
        self.filled = threading.Event()

    def start(self) -> None:
        """Follow the API in a thread of its own."""
        threading.Thread(target=self._follow, daemon=True, name=self._path).start()

    def objects(self) -> list[Object]:
        """Return what is there now."""
        with self._lock:
            return list(self._objects.values())

    def _follow(self) -> None:
        while True:
            try:
                self._follow_once()
            except (requests.RequestException, ValueError) as e:
                # The API server goes away when it is restarted, and forgets old versions.
                print(f"{self._path}: again, after {e}", file=sys.stderr)  # noqa: T201
                time.sleep(_PAUSE_S)

    def _follow_once(self) -> None:
        found = self._api.get(self._path)
        with self._lock:
            self._objects = {item["metadata"]["uid"]: item for item in found["items"]}
        self.filled.set()
        self._changed()
        for happened, item in self._api.watch(self._path, found["metadata"]["resourceVersion"]):
            if happened == "ERROR":
                raise ValueError(item.get("message", "the watch ended"))
            with self._lock:
                if happened == "DELETED":
                    self._objects.pop(item["metadata"]["uid"], None)
                else:
                    self._objects[item["metadata"]["uid"]] = item
            self._changed()
