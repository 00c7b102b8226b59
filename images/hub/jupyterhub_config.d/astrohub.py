"""What z2jh's configuration loads last: everything else is said in the chart's values."""

from astrohub_hub.cluster import configure

configure(c)  # type: ignore[name-defined]  # noqa: F821
