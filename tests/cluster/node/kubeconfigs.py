"""Files that tell a client where the cluster is and who asks."""

from __future__ import annotations

import base64
import json
from pathlib import Path

from ..places import NODE_IP

__all__ = ["API_SERVER", "write_kubeconfig"]

API_SERVER = f"https://{NODE_IP}:6443"


def write_kubeconfig(file: Path, certificates: Path, user: str) -> None:
    """Write the kubeconfig of one user, with everything inside; JSON is YAML too."""

    def inline(name: str) -> str:
        return base64.b64encode((certificates / name).read_bytes()).decode()

    cluster = {"server": API_SERVER, "certificate-authority-data": inline("ca.crt")}
    keys = {"client-certificate-data": inline(f"{user}.crt"), "client-key-data": inline(f"{user}.key")}
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "box", "cluster": cluster}],
        "users": [{"name": user, "user": keys}],
        "contexts": [{"name": "box", "context": {"cluster": "box", "user": user}}],
        "current-context": "box",
    }
    file.touch(mode=0o600)
    file.write_text(json.dumps(content, indent=1), encoding="utf-8")
