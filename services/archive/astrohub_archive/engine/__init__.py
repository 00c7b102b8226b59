"""Where queries run: a pool of worker processes over locked DuckDB instances."""

from .answer import Answer
from .pool import Health, Lane, Pool

__all__ = ["Answer", "Health", "Lane", "Pool"]
