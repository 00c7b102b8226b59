"""Files over HTTP."""

from . import content

__all__ = ["ROUTERS"]

ROUTERS = (content.ROUTER,)
