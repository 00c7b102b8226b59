"""TAP 1.1: ADQL queries answered at once (sync) or as jobs (async), and what there is to query."""

from .service import Tap

__all__ = ["Tap"]
