"""What `jupyterhub -f` is given: everything else is said in the settings files."""

from astrohub_hub.configure import configure

configure(get_config())  # type: ignore[name-defined]  # noqa: F821
