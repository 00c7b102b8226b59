"""What is done in the folder of all homes, by a pod that sees it. Prints one line of JSON."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

__all__ = ["HOMES", "aside_name", "main"]

#: Where the pod sees the folder of all homes.
HOMES = "/homes"
#: No home has such a name: a leading dot is escaped in the names of homes.
_ASIDE = re.compile(r"\.removed~(?P<until>[0-9]{1,12})~(?P<home>[A-Za-z0-9_.~-]+)")
_CLAIMED = re.compile(_ASIDE.pattern.replace("removed", "purged"))


def aside_name(home: str, until: int) -> str:
    """Name the folder that a home becomes when it is moved aside.

    Parameters
    ----------
    home
        The folder's name.
    until
        Seconds since 1970 before which it is not deleted.
    """
    return f".removed~{until}~{home}"


def look(homes: Path, home: str) -> dict[str, Any]:
    """Say what is in a home; nothing of it is opened."""
    folder = homes / home
    if folder.is_symlink() or not folder.is_dir():
        return {"there": False}
    files, size, newest, closed = 0, 0, 0.0, 0

    def cannot(error: OSError) -> None:
        nonlocal closed
        closed += not isinstance(error, FileNotFoundError)  # which vanished meanwhile

    for parent, _, names in os.walk(folder, onerror=cannot):
        for name in names:
            try:
                known = os.lstat(os.path.join(parent, name))
            except FileNotFoundError:
                continue
            except OSError as e:  # the folder may be listed, and not entered
                cannot(e)
                break
            files, size, newest = files + 1, size + known.st_size, max(newest, known.st_mtime)
    return {"there": True, "files": files, "bytes": size, "newest": newest, "closed": closed}


def removed(homes: Path) -> dict[str, Any]:
    """List what has been moved aside and can be brought back."""
    return {"removed": [_told(match) for _, match in _folders(homes, _ASIDE)]}


def claim(homes: Path, now: str) -> dict[str, Any]:
    """Make what was kept long enough impossible to bring back; list that, then what earlier purges left.

    Of these comes first what was longest not tried, so that each has its turn.

    Only a folder that nobody can bring back may be emptied: who has it open goes on in it under any name.
    """
    left = {name for name, _ in _folders(homes, _CLAIMED)}
    for name, match in _folders(homes, _ASIDE):
        if int(match["until"]) <= int(now):
            with suppress(OSError):  # brought back in this moment: it is not ours
                os.rename(homes / name, homes / f".purged~{match['until']}~{match['home']}")
    claimed = sorted(
        _folders(homes, _CLAIMED), key=lambda found: _tried(homes / found[0]) if found[0] in left else 0
    )
    return {
        "claimed": [
            {**_told(match), "name": name, "owners": _owners(homes / name)} for name, match in claimed
        ]
    }


def _folders(homes: Path, named: re.Pattern[str]) -> list[tuple[str, re.Match[str]]]:
    with os.scandir(homes) as entries:
        names = sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False))
    return [(name, match) for name in names if (match := named.fullmatch(name))]


def _tried(folder: Path) -> int:
    """Return when what is left of a home was last tried, in nanoseconds since 1970; or last changed."""
    try:
        return os.lstat(folder).st_mtime_ns
    except FileNotFoundError:  # another purge was faster
        return 1


def _told(match: re.Match[str]) -> dict[str, Any]:
    return {"home": match["home"], "until": int(match["until"])}


def _owners(folder: Path) -> list[int]:
    """Return who has something in a home: it is the archive's if files came before the first server."""
    owners: set[int] = set()
    with suppress(FileNotFoundError):  # another purge was faster
        owners.add(os.lstat(folder).st_uid)
        with suppress(PermissionError), os.scandir(folder) as entries:
            owners |= {entry.stat(follow_symlinks=False).st_uid for entry in entries}
    return sorted(owners - {0}, reverse=True)


def move(homes: Path, source: str, target: str) -> dict[str, Any]:
    """Rename a folder of the homes; never over another."""
    if os.path.lexists(homes / target):
        return {"moved": False, "why": "there" if os.path.lexists(homes / source) else "gone"}
    try:
        os.rename(homes / source, homes / target)
    except FileNotFoundError:
        return {"moved": False, "why": "gone"}
    return {"moved": True}


def empty(homes: Path, name: str) -> dict[str, Any]:
    """Delete what one may in a folder that was claimed; an owner can open what is closed."""
    if not _CLAIMED.fullmatch(name):
        return {"emptied": False}
    folder = homes / name
    with suppress(OSError):  # not the owner of the folder itself, who comes too
        os.utime(folder)
    # Most homes have nothing closed: what is deleted at once is not first looked through.
    if not (emptied := _deleted(folder)):
        _found(folder, "-type", "d", "!", "-perm", "-u=rwx", "-exec", "chmod", "u+rwx", "{}", ";")
        emptied = _deleted(folder)
    return {"emptied": emptied}


def _deleted(folder: Path) -> bool:
    return _found(folder, "-mindepth", "1", "-delete")


def _found(folder: Path, *expression: str) -> bool:
    """Run find; what is not the owner's it passes over."""
    done = subprocess.run(["find", str(folder), *expression], check=False, capture_output=True)
    return done.returncode == 0


def drop(homes: Path, name: str) -> dict[str, Any]:
    """Remove a folder that was claimed and is empty."""
    if not _CLAIMED.fullmatch(name):
        return {"dropped": False}
    try:
        os.rmdir(homes / name)
    except FileNotFoundError:
        pass  # another purge was faster: nobody brings back what was claimed
    except OSError:
        return {"dropped": False}
    return {"dropped": True}


_TASKS: dict[str, Any] = {
    "look": look,
    "removed": removed,
    "move": move,
    "claim": claim,
    "empty": empty,
    "drop": drop,
}


def main(arguments: Sequence[str], homes: Path = Path(HOMES)) -> dict[str, Any]:
    """Do one task; names that are no names of folders here are refused."""
    task, *names = arguments
    for name in names:
        if not name or "/" in name or name in {".", ".."}:
            raise ValueError(f"{name!r} is no folder of the homes")
    done: dict[str, Any] = _TASKS[task](homes, *names)
    return done


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(sys.argv[1:])) + "\n")
