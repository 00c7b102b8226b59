"""Which environment variables programs inherit."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

__all__ = ["for_parts", "for_tools"]

#: What a part needs of the terminal that it was started from; everything else stays behind.
_INHERITED = frozenset(
    {
        "PATH",
        "HOME",
        "USER",
        "LOGNAME",
        "SHELL",
        "LANG",
        "LC_ALL",
        "LC_CTYPE",
        "TZ",
        "TMPDIR",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
        "REQUESTS_CA_BUNDLE",
        "CURL_CA_BUNDLE",
        "NODE_EXTRA_CA_CERTS",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "http_proxy",
        "https_proxy",
    }
)
_LOCAL_HOSTS = "127.0.0.1,localhost"
#: What would send a tool to another environment than the one it is told.
_MISLEADING = (
    "PYTHON",
    "VIRTUAL_ENV",
    "CONDA",
    "JUPYTER",
    "JPY_",
    "UV_PROJECT",
    "UV_PYTHON",
    "UV_SYSTEM",
    "UV_TARGET",
)


def for_parts(programs: Path, *, own: bool = True) -> dict[str, str]:
    """Return the variables of a running part, whose programs come first on PATH.

    Parameters
    ----------
    programs
        Folder of programs that come first on PATH.
    own
        Whether the part runs as the caller; another account gets neither home nor folder for temporary files.
    """
    kept = {name: value for name, value in os.environ.items() if name in _INHERITED}
    if not own:
        for name in ("HOME", "USER", "LOGNAME", "TMPDIR"):
            kept.pop(name, None)
    kept["PATH"] = os.pathsep.join([str(programs), kept.get("PATH") or os.defpath])
    kept.setdefault("LANG", "C.UTF-8")
    around = os.environ.get("NO_PROXY") or os.environ.get("no_proxy")
    kept["NO_PROXY"] = kept["no_proxy"] = f"{around},{_LOCAL_HOSTS}" if around else _LOCAL_HOSTS
    kept["PYTHONUNBUFFERED"] = "1"
    return kept


def for_tools(*programs: Path, more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the variables of an installer: the caller's settings, without what would mislead it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_MISLEADING)}
    kept["PATH"] = os.pathsep.join([*map(str, programs), kept.get("PATH") or os.defpath])
    kept.setdefault("LANG", "C.UTF-8")
    kept["NO_COLOR"] = "1"
    return kept | dict(more or {})
