"""Runs the add-ons inside the node's namespaces, until the node ends."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

from ..node.components import CERTIFICATES
from ..places import GATE, RUN, STATE
from .api import Api
from .enforcer import Enforcer
from .provisioner import Provisioner

__all__ = ["main"]


def main() -> None:
    """Serve until one of the add-ons ends, which none should."""
    api = Api(CERTIFICATES)
    enforcer, provisioner = Enforcer(api, GATE), Provisioner(api, STATE / "volumes")
    for serve in (enforcer.serve, provisioner.serve):
        threading.Thread(target=_or_end, args=(serve,)).start()
    enforcer.first_rules.wait()
    (RUN / "addons-ready").touch()


def _or_end(serve: Callable[[], None]) -> None:
    """Take the whole process down with one add-on: half of them would look like a cluster that is well."""
    try:
        serve()
    finally:
        os._exit(1)


main()
