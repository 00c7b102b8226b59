"""Users' files: the same bytes as a JSON service, as VOSpace, and as the root folder of a user's server."""

from .service import Vospace, build_vospace

__all__ = ["Vospace", "build_vospace"]
