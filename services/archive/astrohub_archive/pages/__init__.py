"""Pages of a catalogue's Parquet files: where each lies, and reading some without the rest of their files.

A footer says where a row group lies, of 8,192 rows; a page has a few hundred bytes to a few thousand, of
1,024 rows. Beside its files a catalogue of ours keeps a table of where its pages lie, in the order of the
sky (`table.py`), which is made from their headers (`located.py`, `headers.py`). To be decoded, pages are
put together to a small file in memory (`excerpt.py`), whose footer is written as Parquet's is
(`compact.py`).
"""

from __future__ import annotations

from .excerpt import Template
from .headers import DATA_PAGE, page_header
from .reading import read_part
from .spans import spanned
from .table import PAGE_TABLE, PageTable, PageTableMaker, Stamp, stamp_of

__all__ = [
    "DATA_PAGE",
    "PAGE_TABLE",
    "PageTable",
    "PageTableMaker",
    "Stamp",
    "Template",
    "page_header",
    "read_part",
    "spanned",
    "stamp_of",
]
