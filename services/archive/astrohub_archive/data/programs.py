"""The process whose children read uploaded files and arrange tables; started by `table_files.Forks`."""

from __future__ import annotations

from ..table_files.forking import serve
from ..table_files.program import convert
from .arranging import arrange

if __name__ == "__main__":
    serve({"convert": convert, "arrange": arrange})
