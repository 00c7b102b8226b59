"""Queries that several tests ask."""

from __future__ import annotations

__all__ = ["ENDLESS"]

# Half a million rows against as many, and no condition that an engine could use: it would run for minutes.
ENDLESS = (
    "SELECT COUNT(*) FROM gaia_dr3_g10.gaia_source AS a JOIN gaia_dr3_g10.gaia_source AS b "
    "ON SIN(a.ra * b.dec) > 2 + COS(a.dec * b.ra)"
)
