"""Loading the catalog: every schema described in the folder of public data."""

from __future__ import annotations

from pathlib import Path

from .registry import Catalog

__all__ = ["load_catalog"]


def load_catalog(public: Path) -> Catalog:
    """Read the Felis descriptions and the HATS collections below `public`.

    A table whose files are damaged is left out, logged and listed in `Catalog.problems`; everything
    else is served.

    Raises
    ------
    CatalogError
        When a description cannot be read; it names the file.
    """
    raise NotImplementedError
