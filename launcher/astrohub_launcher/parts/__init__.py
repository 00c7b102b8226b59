"""The list of parts, in the order of their start."""

from .archive import ARCHIVE
from .hub import HUB
from .notebooks import NOTEBOOKS
from .part import Part
from .platform import Platform
from .proxy import PROXY

__all__ = ["PARTS", "Part", "Platform"]

PARTS: tuple[Part, ...] = (PROXY, ARCHIVE, NOTEBOOKS, HUB)
