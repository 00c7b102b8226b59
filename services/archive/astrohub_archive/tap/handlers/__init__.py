"""TAP over HTTP."""

from . import job_parts, jobs, sync, vosi

__all__ = ["ROUTERS"]

ROUTERS = (sync.ROUTER, jobs.ROUTER, job_parts.ROUTER, vosi.ROUTER)
