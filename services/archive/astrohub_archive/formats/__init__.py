"""How rows become bytes: the formats in which an answer can be had."""

from .format import Encoder, Format
from .registry import FORMATS, find_format

__all__ = ["FORMATS", "Encoder", "Format", "find_format"]
