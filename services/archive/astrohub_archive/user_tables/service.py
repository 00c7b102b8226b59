"""What the handlers of the user-table API work with, and the jobs that run behind it."""

from __future__ import annotations

from dataclasses import dataclass

from ..ivoa.uws import Cleaner, Runner
from ..mydb.service import MyDb
from ..web.requests import Addresses
from .jobs import IndexJobs

__all__ = ["UserTables"]


@dataclass(frozen=True)
class UserTables:
    """MyDB, the jobs that index its tables, and who runs and removes them."""

    mydb: MyDb
    addresses: Addresses
    jobs: IndexJobs
    runner: Runner
    cleaner: Cleaner

    async def start(self) -> None:
        """Begin to run jobs."""
        await self.runner.start()
        await self.cleaner.start()

    async def quiesce(self) -> None:
        """Take no further job; those under way are given back."""
        await self.runner.stop()

    async def stop(self) -> None:
        """End."""
        await self.cleaner.stop()
