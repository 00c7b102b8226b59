"""What TAP's handlers work with."""

from __future__ import annotations

from dataclasses import dataclass

from ..identity import Identity
from ..web.requests import Addresses
from .description import Description
from .jobs import Jobs
from .overview import JobsOverview
from .queries import Queries
from .uploads import Uploads

__all__ = ["Tap"]


@dataclass(frozen=True)
class Tap:
    """TAP's operations, and how to tell who asks and from where."""

    identity: Identity
    addresses: Addresses
    queries: Queries
    jobs: Jobs
    overview: JobsOverview
    description: Description
    uploads: Uploads
