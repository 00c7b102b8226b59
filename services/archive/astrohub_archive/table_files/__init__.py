"""Tables in files: those that users send, read in a process of their own, and those that are kept."""

from .content import Content
from .conversion import FORMATS, Converter
from .described import kept_shape
from .writing import NoRoomError, write_table

__all__ = ["FORMATS", "Content", "Converter", "NoRoomError", "kept_shape", "write_table"]
