"""What tables and columns the archive publishes."""

from .load import load_catalog
from .registry import Catalog

__all__ = ["Catalog", "load_catalog"]
