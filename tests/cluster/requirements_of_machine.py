"""What a machine must have before a cluster can be started on it."""

from __future__ import annotations

import os
import platform
import shutil
from pathlib import Path

from .supply.debian import missing_packages

__all__ = ["obstacle"]

_FILE_SYSTEMS = ("overlay",)
_MEMORY_GB = 3
_DISK_GB = 15


def obstacle() -> str | None:
    """Return why no cluster can be started here and what is needed, or None."""
    if platform.system() != "Linux" or platform.machine() != "x86_64":
        return "The test cluster runs on Linux on x86_64 only."
    if os.geteuid() != 0:
        return "The test cluster needs root: it makes namespaces, control groups and mounts."
    missing = missing_packages()
    if missing and not shutil.which("apt-get"):
        return f"The test cluster needs programs of these packages: {', '.join(missing)}."
    known = Path("/proc/filesystems").read_text(encoding="utf-8").split()
    if absent := [name for name in _FILE_SYSTEMS if name not in known]:
        return f"The test cluster needs the file system {', '.join(absent)} in the kernel."
    if not Path("/proc/sys/net/bridge").is_dir():
        return "The test cluster needs the kernel module br_netfilter: `modprobe br_netfilter`."
    pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    if pages * size < _MEMORY_GB * 2**30:
        return f"The test cluster needs {_MEMORY_GB} GB of memory."
    if shutil.disk_usage("/var/lib").free < _DISK_GB * 2**30:
        return f"The test cluster needs {_DISK_GB} GB of free disk under /var/lib."
    return None
