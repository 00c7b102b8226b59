"""Which files a program and all that it starts open, what they change, start and call: by strace."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["OF_ALL", "Call", "calls", "libraries", "marked", "tracer", "tracing_obstacle"]

OF_ALL = ("/dev/null", "/proc/self/autogroup", "/proc/self/oom_score_adj")
"""What each process of ours may open: the latter two say how it stands back for others."""
_TRACED = (
    "open,openat,openat2,creat,execve,connect,unlink,unlinkat,rename,renameat,renameat2,mkdir,mkdirat,"
    "link,linkat,symlink,symlinkat,truncate,chmod,fchmodat"
)
_CALL = re.compile(r"^(\d+)\s+(\w+)\((.*?)(?:\)\s+=\s+(-?\d+|\?).*| <unfinished \.\.\.>)$")
_TEXT = re.compile(r'"((?:[^"\\]|\\.)*)"')
_FOLDER = re.compile(r"^[\w-]+<(/[^>]*)>")
_WRITING = re.compile(r"O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_APPEND")
_OF_A_PROCESS = re.compile(r"/proc/\d+/(statm|stat|status|cgroup)")
_OPENING = ("open", "openat", "openat2")
_READING = (*_OPENING, "execve", "connect")


@dataclass(frozen=True)
class Call:
    """One call to the kernel: its name, the path or peer it is about, and whether it may change something."""

    process: int
    name: str
    path: str
    changes: bool
    line: str


def tracing_obstacle() -> str | None:
    """Return why programs cannot be watched here, in one sentence; None when they can."""
    program = shutil.which("strace")
    if program is None:
        return "strace is not installed (Debian: apt-get install strace)"
    tried = subprocess.run(
        [program, "-f", "--seccomp-bpf", "-o", "/dev/null", "true"], capture_output=True, text=True
    )
    if tried.returncode:
        return f"strace may not watch programs here: {tried.stderr.strip()[-200:]}"
    return None


def tracer(log: Path) -> tuple[str, ...]:
    """Return the words before a command that have its calls written to a file; it keeps its process id."""
    quiet = ("-D", "-f", "--seccomp-bpf", "-y", "-s", "4096")
    return ("strace", *quiet, "-e", f"trace={_TRACED}", "-o", str(log), "--")


def calls(log: Path) -> Iterator[Call]:
    """Yield the calls of a file that name a path or a peer."""
    for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
        found = _CALL.match(line)
        if found is None:
            continue
        name, arguments = found[2], found[3]
        text, folder = _TEXT.search(arguments), _FOLDER.match(arguments)
        path = text[1] if text else arguments
        if text and folder and not path.startswith("/"):
            path = f"{folder[1]}/{path}"
        yield Call(int(found[1]), name, path, name not in _READING or bool(_WRITING.search(arguments)), line)


def marked(found: Iterator[Call], begin: str, end: str) -> list[Call]:
    """Return the calls between the first that names `begin` and the first that names `end`."""
    everything = list(found)
    paths = [call.path for call in everything]
    return everything[paths.index(begin) + 1 : paths.index(end)]


def libraries() -> Callable[[str], bool]:
    """Return what says of a path that it is a program, a library, or the kernel's word on a process."""
    source = Path(__file__).parents[2] / "services" / "archive"
    folders = {sys.prefix, sys.base_prefix, sys.exec_prefix, str(source), *filter(None, sys.path)}
    folders |= {str(Path(folder).resolve()) for folder in folders}
    folders |= {"/usr/lib", "/lib", "/lib64", "/usr/local/lib", "/usr/share/zoneinfo", "/usr/share/locale"}
    folders |= {"/proc/self", "/sys/fs/cgroup", "/sys/devices/system", "/sys/kernel/mm", "/etc/ssl"}
    single = {"/dev/null", "/dev/urandom", "/etc/ld.so.cache", "/etc/localtime", "/proc/meminfo"}
    single |= {
        "/proc/cpuinfo",
        "/proc/stat",
        "/proc/filesystems",
        "/etc/locale.alias",
        "/etc/host.conf",
        "/proc/version_signature",
    }
    single |= {"/etc/resolv.conf", "/etc/nsswitch.conf", "/etc/hosts", "/etc/svc.conf", "/etc/netsvc.conf"}
    single |= {"/proc/sys/vm/overcommit_memory", "/proc/sys/kernel/random/boot_id"}

    def is_library(path: str) -> bool:
        is_known = path in single or _OF_A_PROCESS.fullmatch(path) is not None
        return is_known or any(path == folder or path.startswith(f"{folder}/") for folder in folders)

    return is_library
