"""Queries that several tests ask."""

from __future__ import annotations

__all__ = ["ENDLESS", "TRICKLING"]

# Half a million rows against as many, and no condition that an engine could use: it would run for minutes.
ENDLESS = (
    "SELECT COUNT(*) FROM gaia_dr3_g10.gaia_source AS a JOIN gaia_dr3_g10.gaia_source AS b "
    "ON SIN(a.ra * b.dec) > 2 + COS(a.dec * b.ra)"
)

# The same, of which now and then a pair is answered.
TRICKLING = (
    "SELECT a.source_id, b.source_id AS other FROM gaia_dr3_g10.gaia_source AS a "
    "JOIN gaia_dr3_g10.gaia_source AS b ON SIN(a.ra * b.dec) > 0.99"
)
