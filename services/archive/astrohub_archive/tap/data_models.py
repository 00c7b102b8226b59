"""Which data models of the IVOA the published tables follow."""

from __future__ import annotations

from ..catalog import Catalog
from ..models import Table

__all__ = ["OBSCORE_COLUMNS", "data_models"]

_OBSCORE = "ivo://ivoa.net/std/ObsCore#core-1.1"
OBSCORE_COLUMNS = (
    *("dataproduct_type", "calib_level", "obs_collection", "obs_id", "obs_publisher_did", "access_url"),
    *("access_format", "access_estsize", "target_name", "s_ra", "s_dec", "s_fov", "s_region", "s_resolution"),
    *("s_xel1", "s_xel2", "t_min", "t_max", "t_exptime", "t_resolution", "t_xel", "em_min", "em_max"),
    *("em_res_power", "em_xel", "o_ucd", "pol_states", "pol_xel", "facility_name", "instrument_name"),
)
"""The columns that ObsCore 1.1, §4.1 demands."""


def data_models(catalog: Catalog) -> dict[str, str]:
    """Return the names of the data models that can be queried, by their identifiers.

    ObsCore is one of them if there is a table `ivoa.obscore` that has all of its columns.
    """
    table = catalog.table("ivoa", "obscore")
    return {_OBSCORE: "ObsCore-1.1"} if table is not None and _is_obscore(table) else {}


def _is_obscore(table: Table) -> bool:
    return set(OBSCORE_COLUMNS) <= {column.name.lower() for column in table.columns}
