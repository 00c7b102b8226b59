"""Bringing in a site's own catalogues: files become published tables."""

from .load import load_table
from .names import TableName
from .remove import remove_table
from .request import LoadRequest

__all__ = ["LoadRequest", "TableName", "load_table", "remove_table"]
