"""Tables in files: those that users send, read in a process of their own, and those that are kept."""

from .content import Content
from .conversion import FORMATS, Arranging, Converter, Wishes
from .described import kept_shape, own_shape
from .forks import Forks
from .matching import Pattern, matched
from .retyping import KINDS
from .rows import Rows
from .writing import NoRoomError, write_table

__all__ = [
    "FORMATS",
    "KINDS",
    "Arranging",
    "Content",
    "Converter",
    "Forks",
    "NoRoomError",
    "Pattern",
    "Rows",
    "Wishes",
    "kept_shape",
    "matched",
    "own_shape",
    "write_table",
]
