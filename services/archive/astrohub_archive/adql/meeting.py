"""In which cells rows meet whose positions are near each other: those that are stored, or cells of bands."""

from __future__ import annotations

from . import bands, pixels
from .scans import Scans
from .shapes import double
from .values import Point

__all__ = ["meeting"]


def meeting(few: Point, many: Point, *, radius: float, scans: Scans) -> tuple[bands.Way, bands.Way]:
    """Return how rows of the few are found, and how rows of the many.

    Where the many are the rows of a collection by their own positions, the cell that is stored with each of
    them is taken, and none computed.

    Parameters
    ----------
    few, many
        The positions of both.
    radius
        How far apart they may be, degrees.
    scans
        What is known of the tables that the query reads.
    """
    lon, lat = double(few.lon), double(few.lat)
    read = many.lon.read
    if read is not None and read.alias is not None and scans.is_position(read, many.lat.read):
        reach = radius + scans.table(read.scan).displacement_deg
        if (order := pixels.order_for(reach)) is not None:
            return bands.Around(lon, lat, reach, order), pixels.stored(scans.stored_cell(read), order)
    return bands.Around(lon, lat, radius), bands.cell(double(many.lon), double(many.lat), radius)
