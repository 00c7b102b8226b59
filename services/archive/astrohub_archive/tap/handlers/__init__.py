"""TAP over HTTP."""

from . import job_parts, jobs, own_jobs, sync, vosi

__all__ = ["ROUTERS", "ROUTES_ASKED_OFTEN"]

ROUTERS = (sync.ROUTER, jobs.ROUTER, job_parts.ROUTER, vosi.ROUTER, own_jobs.ROUTER)

ROUTES_ASKED_OFTEN = sync.ROUTER.routes
"""Those whose surroundings count, because they are asked so often."""
