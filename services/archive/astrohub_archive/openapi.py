"""The contract of the service, written from its routes: `python -m astrohub_archive.openapi [--print]`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from .application import make_routes

__all__ = ["OPENAPI_FILE", "openapi_text"]

OPENAPI_FILE = Path(__file__).parents[1] / "openapi_generated.json"
_PREFIX = "/services/archive"


def openapi_text() -> str:
    """Return the OpenAPI description as JSON, the same for the same code."""
    return json.dumps(make_routes(_PREFIX).openapi(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    if "--print" in sys.argv:
        sys.stdout.write(openapi_text())
    else:
        OPENAPI_FILE.write_text(openapi_text(), encoding="utf-8")
