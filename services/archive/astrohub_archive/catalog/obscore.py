"""The table that ObsCore 1.1 defines: its name, and the columns that it must have."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["OBSCORE", "missing_columns"]

OBSCORE = ("ivoa", "obscore")
"""Schema and name of the table (ObsCore 1.1, §5)."""

_MANDATORY = (
    *("dataproduct_type", "calib_level", "obs_collection", "obs_id", "obs_publisher_did", "access_url"),
    *("access_format", "access_estsize", "target_name", "s_ra", "s_dec", "s_fov", "s_region", "s_resolution"),
    *("s_xel1", "s_xel2", "t_min", "t_max", "t_exptime", "t_resolution", "t_xel", "em_min", "em_max"),
    *("em_res_power", "em_xel", "o_ucd", "pol_states", "pol_xel", "facility_name", "instrument_name"),
)


def missing_columns(names: Iterable[str]) -> tuple[str, ...]:
    """Return the columns that a table still needs to be one of ObsCore (ObsCore 1.1, §4.1)."""
    present = {name.lower() for name in names}
    return tuple(name for name in _MANDATORY if name not in present)
