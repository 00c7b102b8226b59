"""Why a program failed, in plain words, from what it said."""

from __future__ import annotations

import errno
import re

__all__ = ["explain", "explain_os_error"]

_NO_NETWORK = (
    "the package index cannot be reached: check the network (and HTTPS_PROXY, if this site needs one), "
    "then run the same command again; it goes on where it stopped"
)
_DISK_FULL = "the disk is full: free some space, or choose another folder with --data DIR, then run it again"
_READ_ONLY = "the file system is read-only: choose another folder with --data DIR"
_NOT_ALLOWED = "this account may not write there: choose another folder with --data DIR, or change its owner"

_CAUSES = (
    (r"hash(es)? mismatch|do not match the hashes|EINTEGRITY|does not match the expected",
     "what was downloaded is not what the lock names: the index served other files, or they were damaged"),
    (r"No space left on device|ENOSPC|Disk quota exceeded|EDQUOT", _DISK_FULL),
    (r"Read-only file system|EROFS", _READ_ONLY),
    (r"certificate|CERT_|self[- ]signed|UnknownIssuer",
     "the server's certificate is not trusted here: name this site's authorities in SSL_CERT_FILE (and "
     "NODE_EXTRA_CA_CERTS)"),
    (r"\b40[13]\b|Unauthorized|Forbidden|E401|E403",
     "the package index refuses access: check the name and password in its address"),
    (r"dns error|failed to lookup|name resolution|Name or service not known|nodename nor servname|"
     r"ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|"
     r"Connection refused|Connection reset|network is unreachable|error sending request|timed? ?out|"
     r"Could not connect|tunnel error",
     _NO_NETWORK),
    (r"Permission denied|EACCES|EPERM|Operation not permitted", _NOT_ALLOWED),
    (r"Cannot allocate memory|MemoryError|heap out of memory|ENOMEM",
     "there is not enough memory: close other programs"),
)  # fmt: skip

_ERRNO = {
    errno.ENOSPC: _DISK_FULL,
    errno.EDQUOT: _DISK_FULL,
    errno.EROFS: _READ_ONLY,
    errno.EACCES: _NOT_ALLOWED,
    errno.EPERM: _NOT_ALLOWED,
}


def explain(output: str, exit_code: int) -> str:
    """Return the likely cause, without a full stop."""
    for pattern, cause in _CAUSES:
        if re.search(pattern, output, re.IGNORECASE):
            return cause
    if exit_code == -9:
        return "the system ended it, most likely for want of memory: close other programs and run it again"
    if exit_code < 0:
        return f"it was ended by signal {-exit_code}: run the command again"
    return "its last lines say why"


def explain_os_error(error: OSError) -> str:
    """Return the cause of a fault of the operating system, without a full stop."""
    known = _ERRNO.get(error.errno or 0)
    name = error.filename2 or error.filename  # of a file that is put in place, the place
    what = f"{name}: " if name else ""
    return f"{what}{known or error.strerror or error}"
