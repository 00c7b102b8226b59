"""A process that has imported the archive: for each line it reads it forks a service, and says its number.

A line holds a settings file and a log. See `warm_archive`.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

# The folder of this file holds modules whose names are those of others.
sys.path.pop(0)
import jupyterhub.services.auth  # noqa: F401 -- what the service would load after its start
from astrohub_archive.server import serve
from astrohub_archive.settings import load_settings


def _serve(config: str, log: str) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    written = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    for descriptor, source in ((0, os.open(os.devnull, os.O_RDONLY)), (1, written), (2, written)):
        os.dup2(source, descriptor)
    serve(load_settings([Path(config)]))


signal.signal(signal.SIGCHLD, signal.SIG_IGN)
for line in sys.stdin:
    number = os.fork()
    if number == 0:
        _serve(*json.loads(line))
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()
