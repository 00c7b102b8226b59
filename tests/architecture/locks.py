"""Lock files: every package by version and digest, none by address."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

__all__ = ["npm_lock_faults", "python_lock_faults"]

_REQUIREMENT = re.compile(r"^([A-Za-z0-9][\w.-]*(?:\[[\w,-]+\])?)==([^\s;\\]+)")


def python_lock_faults(path: Path, text: str) -> list[str]:
    """Find entries of a requirements lock without version or digest, and addresses."""
    faults = []
    for entry in text.replace("\\\n", " ").splitlines():
        entry = entry.split(" #")[0].strip()
        if not entry or entry.startswith("#"):
            continue
        if not _REQUIREMENT.match(entry) or "://" in entry:
            faults.append(f"{path}: `{entry[:60]}` is no `name==version`: compile the lock again")
        elif "--hash=sha256:" not in entry:
            faults.append(f"{path}: {entry[:60]} has no digest: compile the lock with --generate-hashes")
    return faults


def npm_lock_faults(path: Path, text: str) -> list[str]:
    """Find packages of an npm lock without digest, and addresses."""
    packages: dict[str, Any] = json.loads(text).get("packages", {})
    faults = []
    for name, entry in packages.items():
        if not name or entry.get("link"):
            continue
        if "://" in str(entry.get("resolved", "")):
            faults.append(f"{path}: {name} is resolved to an address: lock it again under the root's .npmrc")
        if name.startswith("node_modules/") and "integrity" not in entry and not entry.get("inBundle"):
            faults.append(f"{path}: {name} has no integrity: lock it again")
    return faults
