"""Which formats there are, and how a request names one."""

from __future__ import annotations

from ..errors import UsageError
from .arrow_stream import make_arrow_encoder
from .delimited import make_csv_encoder, make_tsv_encoder
from .ecsv import make_ecsv_encoder
from .fits import make_fits_encoder
from .format import Format
from .json_document import make_json_encoder
from .parquet_file import make_parquet_encoder
from .votable import make_binary2_encoder, make_binary_encoder, make_tabledata_encoder

__all__ = ["FORMATS", "find_format"]

_VOTABLE_MIME = "application/x-votable+xml"

FORMATS: tuple[Format, ...] = (
    Format(
        name="votable",
        mime=_VOTABLE_MIME,
        extension="vot",
        tells_failure=True,
        aliases=("text/xml", "application/xml", "votable/b2", f"{_VOTABLE_MIME};serialization=binary2"),
        encoder=make_binary2_encoder,
    ),
    Format(
        name="votable/td",
        mime=f"{_VOTABLE_MIME};serialization=TABLEDATA",
        extension="vot",
        tells_failure=True,
        aliases=(),
        encoder=make_tabledata_encoder,
    ),
    Format(
        name="votable/b",
        mime=f"{_VOTABLE_MIME};serialization=BINARY",
        extension="vot",
        tells_failure=True,
        aliases=(),
        encoder=make_binary_encoder,
    ),
    Format(
        name="csv",
        mime="text/csv;charset=utf-8;header=present",
        extension="csv",
        tells_failure=False,
        aliases=("text/csv",),
        encoder=make_csv_encoder,
    ),
    Format(
        name="tsv",
        mime="text/tab-separated-values;charset=utf-8;header=present",
        extension="tsv",
        tells_failure=False,
        aliases=("text/tab-separated-values",),
        encoder=make_tsv_encoder,
    ),
    Format(
        name="ecsv",
        mime="application/x-ecsv",
        extension="ecsv",
        tells_failure=False,
        aliases=("text/x-ecsv",),
        encoder=make_ecsv_encoder,
        is_kept=True,
    ),
    Format(
        name="json",
        mime="application/json",
        extension="json",
        tells_failure=True,
        aliases=(),
        encoder=make_json_encoder,
    ),
    Format(
        name="arrow",
        mime="application/vnd.apache.arrow.stream",
        extension="arrows",
        tells_failure=True,
        aliases=(),
        encoder=make_arrow_encoder,
    ),
    Format(
        name="parquet",
        mime="application/vnd.apache.parquet",
        extension="parquet",
        tells_failure=False,
        aliases=("application/x-parquet",),
        encoder=make_parquet_encoder,
    ),
    Format(
        name="fits",
        mime="application/fits",
        extension="fits",
        tells_failure=False,
        aliases=(),
        encoder=make_fits_encoder,
        is_kept=True,
    ),
)


def find_format(name: str) -> Format:
    """Find a format by short name or media type, whatever the case; parameters not known are ignored.

    Raises
    ------
    UsageError
        When there is none; it names those that exist.
    """
    asked = "".join(name.lower().split())
    for candidate in (asked, asked.split(";", 1)[0]):
        for known in FORMATS:
            if candidate in {known.name, known.mime.lower(), *known.aliases}:
                return known
    names = ", ".join(known.name for known in FORMATS)
    raise UsageError(f"The format {name[:80]!r} is not known; this service has {names}.")
