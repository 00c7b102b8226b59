"""Files over HTTP: as JSON and bytes, and as VOSpace."""

from . import content, nodes, transfers

__all__ = ["ROUTERS"]

ROUTERS = (content.ROUTER, nodes.ROUTER, transfers.ROUTER)
