"""TAP over HTTP."""

from . import job_parts, jobs, own_jobs, sync, vosi

__all__ = ["ROUTERS"]

ROUTERS = (sync.ROUTER, jobs.ROUTER, job_parts.ROUTER, vosi.ROUTER, own_jobs.ROUTER)
