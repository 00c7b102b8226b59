"""Addresses of pods that are just being made: known here before Kubernetes tells them."""

from __future__ import annotations

import json
import socketserver
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import requests

from .api import Api, Object

__all__ = ["Announcements"]

#: After that long Kubernetes has told the address itself, or the pod has come to nothing.
_LIFE_S = 120


class Announcements:
    """Listens to the gate of the pods' network.

    Parameters
    ----------
    enforce
        Returns once the rules know all that was announced so far.
    """

    def __init__(self, api: Api, enforce: Callable[[], bool]) -> None:
        self._api, self._enforce = api, enforce
        self._pods: dict[str, tuple[float, Object]] = {}
        self._lock = threading.Lock()

    def listen(self, path: Path) -> None:
        """Answer at a socket, in threads of its own."""
        outer = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                if outer._take_in(json.loads(self.rfile.readline())):
                    self.wfile.write(b"enforced\n")

        server = socketserver.ThreadingUnixStreamServer(str(path), Handler)
        threading.Thread(target=server.serve_forever, daemon=True, name="announcements").start()

    def added_to(self, known: Iterable[Object]) -> list[Object]:
        """Return the pods that Kubernetes tells, with what was announced since."""
        with self._lock:
            pods = {pod["metadata"]["uid"]: pod for pod in known}
            for uid, (since, announced) in list(self._pods.items()):
                told, address = pods.get(uid), announced["status"]["podIP"]
                known_well = told and told["status"].get("podIP") == address
                if known_well or time.monotonic() - since > _LIFE_S:
                    del self._pods[uid]
                elif told:
                    pods[uid] = told | {"status": told["status"] | {"podIP": address}}
                else:
                    pods[uid] = announced
            return list(pods.values())

    def _take_in(self, announced: dict[str, str]) -> bool:
        try:
            pod = self._api.get(f"/api/v1/namespaces/{announced['namespace']}/pods/{announced['name']}")
        except requests.RequestException:
            return False
        pod["status"]["podIP"] = announced["address"]
        with self._lock:
            self._pods[pod["metadata"]["uid"]] = (time.monotonic(), pod)
        return self._enforce()
