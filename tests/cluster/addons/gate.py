"""The last plug-in of the pods' network: no container of a pod starts before the pod's policies are in force.

containerd runs this file by itself for each pod, with the standard library only; `Enforcer` answers.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from typing import Any

__all__ = ["main"]

_PATIENCE_S = 20


def main() -> None:
    """Answer one call of the Container Network Interface (CNI 0.4, chained plug-ins)."""
    settings = json.load(sys.stdin)
    command = os.environ["CNI_COMMAND"]
    if command == "VERSION":
        json.dump({"cniVersion": "0.4.0", "supportedVersions": ["0.4.0"]}, sys.stdout)
    elif command == "ADD":
        _announce(settings)
        json.dump(settings["prevResult"], sys.stdout)


def _announce(settings: dict[str, Any]) -> None:
    """Tell the enforcer the pod's address, and wait until it says that its rules know it."""
    arguments = dict(word.split("=", 1) for word in os.environ["CNI_ARGS"].split(";"))
    pod = {
        "namespace": arguments["K8S_POD_NAMESPACE"],
        "name": arguments["K8S_POD_NAME"],
        "address": settings["prevResult"]["ips"][0]["address"].partition("/")[0],
    }
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(_PATIENCE_S)
        line.connect(settings["socket"])
        line.sendall(json.dumps(pod).encode() + b"\n")
        if line.recv(16) != b"enforced\n":
            raise ConnectionError("The enforcer of network policies gave no answer.")


if __name__ == "__main__":
    try:
        main()
    except (OSError, KeyError, ValueError) as e:
        json.dump({"cniVersion": "0.4.0", "code": 100, "msg": f"network policies: {e!r}"}, sys.stdout)
        raise SystemExit(1) from e
