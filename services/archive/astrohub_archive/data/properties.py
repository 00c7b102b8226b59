"""The properties of a HATS collection and of its catalogues: small text files that say what is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .healpix import ORDER
from .partition import Cut

__all__ = ["HEALPIX", "Layout", "write_collection_properties", "write_index_properties", "write_sky_catalog"]

HEALPIX = f"_healpix_{ORDER}"


@dataclass(frozen=True)
class Layout:
    """How a collection is laid out.

    Attributes
    ----------
    name
        The name of its catalogue; those of margin and indexes begin with it.
    ra_column, dec_column
        Which columns are the position, ICRS degrees.
    index_columns
        Which identifiers have an index catalogue.
    properties
        More lines for the catalogue's properties (title, copyright, reference).
    margin_arcsec
        How far around each partition the margin reaches; 0 where there is none.
    """

    name: str
    ra_column: str
    dec_column: str
    index_columns: tuple[str, ...] = ()
    properties: Mapping[str, str] = field(default_factory=dict)
    margin_arcsec: int = 10

    @property
    def margin_name(self) -> str:
        """Return the name of the margin catalogue."""
        return f"{self.name}_margin_{self.margin_arcsec}"

    def index_name(self, column: str) -> str:
        """Return the name of the index catalogue of an identifier."""
        return f"{self.name}_{column}_index"


def write_collection_properties(layout: Layout, folder: Path) -> None:
    """Write what makes a folder of catalogues a collection."""
    indexes = " ".join(f"{column} {layout.index_name(column)}" for column in layout.index_columns)
    lines = {
        "obs_collection": layout.name,
        "hats_primary_table_url": layout.name,
    }
    if layout.margin_arcsec:
        lines |= {"all_margins": layout.margin_name, "default_margin": layout.margin_name}
    if indexes:
        lines |= {"all_indexes": indexes, "default_index": layout.index_columns[0]}
    _write(folder / "collection.properties", lines)


def write_sky_catalog(
    root: Path, layout: Layout, cuts: Sequence[Cut], *, rows: int, size_bytes: int, more: Mapping[str, str]
) -> None:
    """Write the list of partitions and the properties of a catalogue of positions.

    Parameters
    ----------
    root
        The catalogue's folder.
    layout
        The layout of the collection.
    cuts
        The partitions.
    rows, size_bytes
        How much is in them together.
    more
        Lines for this kind of catalogue.
    """
    ordered = sorted(cuts, key=lambda one: one.npix << 2 * (ORDER - one.norder))
    partitions = ["Norder,Npix", *(f"{one.norder},{one.npix}" for one in ordered)]
    (root / "partition_info.csv").write_text("\n".join(partitions) + "\n", encoding="utf-8")
    lines = {
        "hats_nrows": str(rows),
        "hats_col_ra": layout.ra_column,
        "hats_col_dec": layout.dec_column,
        "hats_col_healpix": HEALPIX,
        "hats_col_healpix_order": str(ORDER),
        "hats_npix_suffix": ".parquet",
        "hats_order": str(max((one.norder for one in cuts), default=0)),
        "moc_sky_fraction": f"{sum(1 / (12 * 4**one.norder) for one in cuts):.5f}",
        "hats_estsize": str(size_bytes // 1024),
        "hats_version": "v1.0",
        **more,
    }
    _write_catalog(root, lines)


def write_index_properties(root: Path, layout: Layout, column: str, *, rows: int) -> None:
    """Write the properties of the index catalogue of an identifier."""
    lines = {
        "obs_collection": layout.index_name(column),
        "dataproduct_type": "index",
        "hats_nrows": str(rows),
        "hats_primary_table_url": layout.name,
        "hats_index_column": column,
        "hats_index_extra_column": "",
        "hats_version": "v1.0",
    }
    _write_catalog(root, lines)


def _write_catalog(root: Path, lines: Mapping[str, str]) -> None:
    # Readers of HATS before 1.0 look for `properties`, later ones for `hats.properties`.
    for name in ("hats.properties", "properties"):
        _write(root / name, lines)


def _write(path: Path, lines: Mapping[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{key}={value}\n" for key, value in lines.items()), encoding="utf-8")
