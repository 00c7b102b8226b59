"""Which data models of the IVOA the published tables follow."""

from __future__ import annotations

from ..catalog import Catalog
from ..catalog.obscore import OBSCORE, missing_columns

__all__ = ["data_models"]

_OBSCORE_MODEL = "ivo://ivoa.net/std/ObsCore#core-1.1"


def data_models(catalog: Catalog) -> dict[str, str]:
    """Return the names of the data models that can be queried, by their identifiers.

    ObsCore is one of them if there is a table `ivoa.obscore` that has all of its columns.
    """
    table = catalog.table(*OBSCORE)
    if table is None or missing_columns(column.name for column in table.columns):
        return {}
    return {_OBSCORE_MODEL: "ObsCore-1.1"}
