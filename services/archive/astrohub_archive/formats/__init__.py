"""How rows become bytes: the formats in which an answer can be had."""

from .format import Assignment, Encoder, Format, Scratch
from .registry import FORMATS, find_format

__all__ = ["FORMATS", "Assignment", "Encoder", "Format", "Scratch", "find_format"]
