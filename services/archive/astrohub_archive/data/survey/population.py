"""A population: positions, true magnitudes and what each source is, before anybody has looked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from . import footprint
from .photometry import BANDS

__all__ = ["Population", "join"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Population:
    """Sources of one origin; arrays of one length.

    Attributes
    ----------
    origin
        What made them: "halo", "dwarf", "stream", "field", "cluster", "quasar", "bright", "rrlyrae",
        "eclipsing".
    kind
        STAR, GALAXY or QSO.
    ra, dec
        Degrees, ICRS.
    magnitudes
        Intrinsic AB magnitudes by band.
    redshift
        Redshift; 0 for stars.
    """

    origin: str
    kind: str
    ra: Floats
    dec: Floats
    magnitudes: dict[str, Floats]
    redshift: Floats

    def __len__(self) -> int:
        return len(self.ra)

    def inside(self) -> Population:
        """Return what of it lies in the footprint."""
        kept = footprint.contains(self.ra, self.dec)
        return Population(
            self.origin,
            self.kind,
            self.ra[kept],
            self.dec[kept],
            {band: values[kept] for band, values in self.magnitudes.items()},
            self.redshift[kept],
        )


def join(populations: Sequence[Population]) -> tuple[Population, npt.NDArray[np.str_], npt.NDArray[np.str_]]:
    """Put populations one after the other: all of them, and the origin and kind of each source."""
    everything = Population(
        "all",
        "ANY",
        np.concatenate([one.ra for one in populations]),
        np.concatenate([one.dec for one in populations]),
        {band: np.concatenate([one.magnitudes[band] for one in populations]) for band in BANDS},
        np.concatenate([one.redshift for one in populations]),
    )
    origins = np.repeat([one.origin for one in populations], [len(one) for one in populations])
    kinds = np.repeat([one.kind for one in populations], [len(one) for one in populations])
    return everything, origins, kinds
